// An article: reading it, what a reader may do with it, and what its author may.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { get, patch, post, remove, Trouble } from "../api.js";
import { useLoaded } from "../loaded.js";
import { go } from "../router.js";
import { person, signedIn } from "../session.js";
import { count, languageOf, say } from "../words.js";
import { ArticleCard, When } from "../parts/article_card.js";
import { Ask } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Avatar, FollowButton, mayAct, Name } from "../parts/person.js";
import { TipDialog } from "../parts/tip_dialog.js";
import { Title } from "../parts/title.js";
import { attempt } from "../parts/toasts.js";
import { Skeleton, TroubleNote } from "../parts/trouble.js";
import { Missing } from "./missing.js";

export function ArticlePage({ id }) {
  const { value: article, trouble, again, set } = useLoaded(`/v1/articles/${id}`);
  const [gone, setGone] = useState(false);
  useCheckOnReturn(id, article, set, setGone);
  if (gone || trouble?.status === 404) return html`<${Missing} title=${say("articleGone")} hint=${say("articleGoneHint")} />`;
  if (trouble) return html`<section class="column"><${TroubleNote} trouble=${trouble} again=${again} /></section>`;
  if (!article) return html`<section class="column"><${Skeleton} kind="text" rows=${3} /></section>`;
  const mine = article.author.id === person.value?.id;
  return html`
    <article class="column reading">
      <header lang=${languageOf(article.title)}>
        <${Title} text=${article.title} />
        <div class="byline" lang=${document.documentElement.lang}>
          <${Avatar} user=${article.author} />
          <div><${Name} user=${article.author} /><${When} article=${article} /></div>
          <${FollowButton} user=${article.author} />
        </div>
      </header>
      ${article.cover_url && html`<img class="cover" src=${article.cover_url} alt="" referrerpolicy="no-referrer" />`}
      <${Prose} content=${article.html} />
      ${mine ? html`<${AuthorsActs} article=${article} set=${set} />` : html`<${ReadersActs} article=${article} gone=${() => setGone(true)} />`}
      ${article.published_at && html`<${Related} id=${id} />`}
    </article>
  `;
}

/** As the server has sanitised it. A picture that its author does not describe is decoration. */
function Prose({ content }) {
  const element = useRef();
  useLayoutEffect(() => {
    for (const image of element.current.querySelectorAll("img:not([alt])")) image.alt = "";
  }, [content]);
  return html`<div ref=${element} class="prose" lang=${languageOf(content)} dangerouslySetInnerHTML=${{ __html: content }}></div>`;
}

/** Whoever comes back to this page later sees what the article has become meanwhile. */
function useCheckOnReturn(id, article, set, setGone) {
  useEffect(() => {
    if (!article) return undefined;
    const check = async () => {
      if (document.hidden) return;
      try {
        const now = await get(`/v1/articles/${id}`);
        if (now.version !== article.version) set(now);
      } catch (trouble) {
        if (trouble.status === 404) setGone(true);
        else if (!(trouble instanceof Trouble)) throw trouble;
      }
    };
    document.addEventListener("visibilitychange", check);
    return () => document.removeEventListener("visibilitychange", check);
  }, [id, article?.version]);
}

/** Reading comes before liking: it is told as soon as the article is shown. */
function ReadersActs({ article, gone }) {
  const path = `/v1/articles/${article.id}/actions`;
  const [state, setState] = useState({ flags: {}, counts: article.counts });
  const [tipping, setTipping] = useState(false);
  useEffect(() => {
    if (!signedIn.value) return;
    post(path, { kind: "read" }).then(setState, (trouble) => {
      if (trouble.status === 404) gone();
      else if (!(trouble instanceof Trouble)) throw trouble; // the acts themselves say what is wrong
    });
  }, []);
  const act = (kind, done) => async () => {
    if (!mayAct()) return;
    const found = await attempt(async () => {
      try {
        return await post(path, { kind });
      } catch (trouble) {
        if (trouble.status === 404) gone();
        throw trouble;
      }
    }, done);
    if (found) setState(found);
  };
  const { flags, counts } = state;
  return html`
    <div class="acts" role="group">
      <${Act} icon="like" label=${say("like")} on=${flags.like} number=${counts.like} act=${act(flags.like ? "unlike" : "like")} />
      <${Act} icon="collect" label=${say("collect")} on=${flags.collect} number=${counts.collect}
        act=${flags.collect ? act("uncollect", say("uncollected")) : act("collect", say("collected"))} />
      <button class="button first" onClick=${() => mayAct() && setTipping(true)}><${Icon} name="tip" />${say("tip")}</button>
      <p class="quiet">
        ${say("reads", count(counts.read))}${counts.like > 0 && html` · <a href=${`/articles/${article.id}/likers`}>${say("likers")}</a>`}
      </p>
    </div>
    ${tipping && html`<${TipDialog} article=${article} close=${() => setTipping(false)} />`}
  `;
}

const Act = ({ icon, label, on = false, number, act }) => html`
  <button class="button act" aria-pressed=${on} onClick=${act}><${Icon} name=${icon} />${label}${number > 0 && html` <span class="number">${count(number)}</span>`}</button>
`;

function AuthorsActs({ article, set }) {
  const [asking, setAsking] = useState(false);
  const path = `/v1/articles/${article.id}`;
  const change = async (state, done) => {
    const found = await attempt(() => patch(path, { state, version: article.version }), done);
    if (found) set(found);
  };
  const destroy = async () => {
    setAsking(false);
    if (await attempt(() => remove(path), say("deleted"))) go(`/users/${person.value.id}`, { replace: true });
  };
  return html`
    <div class="acts" role="group">
      <a class="button" href=${`/articles/${article.id}/edit`}><${Icon} name="write" />${say("edit")}</a>
      ${article.state === "private"
        ? html`<button class="button first" onClick=${() => change("public", say("published"))}>${say("publish")}</button>`
        : html`<button class="button" onClick=${() => change("private", say("withdrawn"))}>${say("withdraw")}</button>`}
      <button class="button" onClick=${() => setAsking(true)}>${say("deleteArticle")}</button>
      <p class="quiet">
        ${say("reads", count(article.counts.read))} · ${say("likes", count(article.counts.like))}
        ${article.counts.like > 0 && html` · <a href=${`/articles/${article.id}/likers`}>${say("likers")}</a>`}
        ${article.state === "public" && html`<${Delivery} key=${article.version} path=${`${path}/delivery`} />`}
      </p>
    </div>
    ${asking && html`<${Ask} title=${say("deleteAsk")} hint=${say("deleteHint")} act=${say("deleteArticle")} yes=${destroy} close=${() => setAsking(false)} />`}
  `;
}

const ASK_AGAIN_MS = 2_000;
const ASKED_MOST = 15;

/** How far its way to the followers is, while it is under way. */
function Delivery({ path }) {
  const [report, setReport] = useState(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    get(path).then(setReport, (trouble) => {
      if (!(trouble instanceof Trouble)) throw trouble; // the article is published all the same
    });
  }, [asked]);
  useEffect(() => {
    if (report?.state !== "running" || asked >= ASKED_MOST) return undefined;
    const waiting = setTimeout(() => setAsked(asked + 1), ASK_AGAIN_MS);
    return () => clearTimeout(waiting);
  }, [report]);
  if (!report || report.followers === 0) return null;
  return html`<span role="status"> · ${say(report.state === "running" ? "delivering" : "delivery", report.delivered, report.followers)}</span>`;
}

function Related({ id }) {
  const { value } = useLoaded(`/v1/articles/${id}/related`, { size: 3 });
  if (!value?.items.length) return null;
  return html`
    <section class="related" aria-labelledby="related">
      <h2 id="related">${say("related")}</h2>
      <ul class="list">${value.items.map((article) => html`<li key=${article.id}><${ArticleCard} article=${article} /></li>`)}</ul>
    </section>
  `;
}
