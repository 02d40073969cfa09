// Somebody's page: who it is, how to follow, and what they have written.

import { html, useEffect, useState } from "../html.js";
import { get, put, remove, Trouble } from "../api.js";
import { useLoaded } from "../loaded.js";
import { person, signedIn } from "../session.js";
import { count, say } from "../words.js";
import { ArticleCard } from "../parts/article_card.js";
import { Ask } from "../parts/dialog.js";
import { Avatar, FollowButton } from "../parts/person.js";
import { Title } from "../parts/title.js";
import { attempt } from "../parts/toasts.js";
import { Empty, Skeleton, TroubleNote } from "../parts/trouble.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";
import { Missing } from "./missing.js";

export function AuthorPage({ id }) {
  const { value: user, trouble, again, set } = useLoaded(`/v1/users/${id}`);
  const [blocked, setBlocked] = useState(null);
  const unblocked = () => {
    setBlocked(null);
    again();
  };
  if (blocked) return html`<${Blocked} user=${blocked} lifted=${unblocked} />`;
  if (trouble?.status === 404) return html`<${Hidden} id=${Number(id)} found=${setBlocked} />`;
  if (trouble) return html`<section class="column"><${TroubleNote} trouble=${trouble} again=${again} /></section>`;
  if (!user) return html`<section class="column"><${Skeleton} rows=${3} /></section>`;
  const mine = user.id === person.value?.id;
  const changed = ({ status }) => set({ ...user, follower_count: Math.max(0, user.follower_count + (status === 1 ? 1 : -1)) });
  return html`
    <section class="column">
      <header class="profile">
        <${Avatar} user=${user} large />
        <div>
          <${Title} text=${user.nickname} />
          <dl class="figures">
            <${Figure} number=${user.article_count} label=${say("articles")} />
            <${Figure} number=${user.follower_count} label=${say("followers")} href=${`/users/${id}/followers`} />
            <${Figure} number=${user.following_count} label=${say("followees")} href=${`/users/${id}/following`} />
            <${Figure} number=${user.like_count} label=${say("likesGot")} />
          </dl>
        </div>
        <div class="row">
          ${mine ? html`<a class="button small" href="/profile">${say("profile")}</a>` : html`<${FollowButton} user=${user} changed=${changed} />`}
          ${!mine && signedIn.value && html`<${BlockButton} user=${user} done=${() => setBlocked(user)} />`}
        </div>
      </header>
      <${Articles} user=${user} mine=${mine} />
    </section>
  `;
}

const Figure = ({ number, label, href }) => html`
  <div><dt>${href ? html`<a href=${href}>${label}</a>` : label}</dt><dd>${count(number)}</dd></div>
`;

/** Whom one has blocked is as hidden as whom there is not, but for the list of whom one has blocked. */
function Hidden({ id, found }) {
  const [looking, setLooking] = useState(signedIn.value);
  useEffect(() => {
    if (!looking) return;
    blockedPerson(id).then(
      (user) => (user ? found(user) : setLooking(false)),
      (trouble) => {
        if (!(trouble instanceof Trouble)) throw trouble;
        setLooking(false);
      },
    );
  }, [id]);
  return looking ? html`<section class="column"><${Skeleton} rows=${1} /></section>` : html`<${Missing} title=${say("personGone")} hint="" />`;
}

async function blockedPerson(id) {
  let page = { next_cursor: undefined };
  while (page.next_cursor !== null) {
    page = await get("/v1/blocks", { size: 100, cursor: page.next_cursor });
    const block = page.items.find(({ user }) => user.id === id);
    if (block) return block.user;
  }
  return null;
}

function Blocked({ user, lifted }) {
  const lift = async () => {
    if (await attempt(() => remove(`/v1/blocks/${user.id}`), say("unblocked", user.nickname))) lifted();
  };
  return html`
    <section class="column">
      <header class="profile">
        <${Avatar} user=${user} large />
        <div><${Title} text=${user.nickname} /><p class="quiet">${say("youBlocked")}</p></div>
        <div class="row"><button class="button small" onClick=${lift}>${say("unblock")}</button></div>
      </header>
    </section>
  `;
}

function BlockButton({ user, done }) {
  const [asking, setAsking] = useState(false);
  const block = async () => {
    setAsking(false);
    if (await attempt(() => put(`/v1/blocks/${user.id}`), say("blocked", user.nickname))) done();
  };
  return html`
    <button class="button small plain" onClick=${() => setAsking(true)}>${say("blockPerson")}</button>
    ${asking && html`<${Ask} title=${say("blockAsk", user.nickname)} hint=${say("blockHint")} act=${say("blockPerson")} yes=${block} close=${() => setAsking(false)} />`}
  `;
}

function Articles({ user, mine }) {
  const walk = useWalk(`/v1/users/${user.id}/articles`);
  const empty = html`<${Empty} text=${say(mine ? "emptyOwn" : "emptyList")}>${mine && html`<a class="button first" href="/write">${say("write")}</a>`}<//>`;
  return html`<${WalkList} walk=${walk} show=${(article) => html`<${ArticleCard} article=${article} />`} empty=${empty} label=${say("articles")} />`;
}
