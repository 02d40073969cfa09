// Writing: a new article or an old one, for oneself, for everybody now, or at its time.

import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { newKey, patch, post, Trouble } from "../api.js";
import { useLoaded } from "../loaded.js";
import { keep, kept } from "../memory.js";
import { go } from "../router.js";
import { person, signedIn } from "../session.js";
import { say, tell } from "../words.js";
import { Editor } from "../parts/editor.js";
import { Field, tooLong } from "../parts/field.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { toast } from "../parts/toasts.js";
import { Skeleton, TroubleNote } from "../parts/trouble.js";
import { Missing } from "./missing.js";

const LONGEST_TITLE = 150;
const LONGEST_SUMMARY = 300;
const LONGEST_ADDRESS = 512;
const BLANK = { title: "", html: "", summary: "", cover_url: "", state: "public", publish_at: "" };
const VERBS = { public: "publish", private: "save", scheduled: "schedule" };
const DONE = { public: "published", private: "saved", scheduled: "scheduled" };

const draft = () => `draft ${person.value.id}`;

export function WritePage() {
  if (!signedIn.value) return html`<${SignIn} title=${say("write")} />`;
  const start = useMemo(() => ({ ...BLANK, ...kept(draft()) }), []);
  const key = useRef({});
  const send = (body) => {
    const text = JSON.stringify(body);
    if (key.current.text !== text) key.current = { text, key: newKey() }; // sent again, it is the same article
    return post("/v1/articles", body, key.current.key);
  };
  return html`
    <${Form} title=${say("write")} start=${start} send=${(given) => send(asNew(given))} changed=${(given) => keep(draft(), given)} done=${() => keep(draft(), null)} note=${say("draftKept")} />
  `;
}

export function EditPage({ id }) {
  const { value: article, trouble, again } = useLoaded(`/v1/articles/${id}`);
  if (trouble?.status === 404) return html`<${Missing} title=${say("articleGone")} hint=${say("articleGoneHint")} />`;
  if (trouble) return html`<section class="column"><${TroubleNote} trouble=${trouble} again=${again} /></section>`;
  if (!article) return html`<section class="column"><${Skeleton} kind="text" rows=${2} /></section>`;
  if (article.author.id !== person.value?.id) return html`<${Missing} />`;
  return html`<${Editing} key=${article.version} article=${article} reload=${again} />`;
}

function Editing({ article, reload }) {
  const start = useMemo(
    () => ({ ...article, cover_url: article.cover_url ?? "", publish_at: article.publish_at ? local(new Date(article.publish_at)) : "" }),
    [article],
  );
  const send = (given) => patch(`/v1/articles/${article.id}`, asChange(given, article));
  return html`<${Form} title=${say("editArticle")} start=${start} send=${send} reload=${reload} />`;
}

function Form({ title, start, send, changed, done, note, reload }) {
  const [given, setGiven] = useState(start);
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const [outdated, setOutdated] = useState(false);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) changed?.(given);
    first.current = false;
  }, [given]);
  const set = (name) => (value) => {
    setGiven((before) => ({ ...before, [name]: value }));
    setErrors((before) => ({ ...before, [name]: undefined }));
  };
  const submit = async (event) => {
    event.preventDefault();
    const wrong = mistakes(given);
    setErrors(wrong);
    if (Object.values(wrong).some(Boolean)) return showFirstMistake();
    setBusy(true);
    try {
      const article = await send(given);
      done?.();
      toast(say(stays ? "saved" : DONE[given.state]));
      go(`/articles/${article.id}`, { replace: true });
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      setErrors(trouble.fields ?? {});
      showFirstMistake();
      setOutdated(trouble.code === "version_conflict");
      toast(tell(trouble), true);
    } finally {
      setBusy(false);
    }
  };
  const stays = start.id !== undefined && start.state === given.state;
  const verb = stays ? "save" : VERBS[given.state];
  return html`
    <section class="column">
      <${Title} text=${title} unseen />
      ${outdated && html`<div class="note" role="alert"><p>${say("conflict")}</p><button class="button" onClick=${reload}>${say("conflictReload")}</button></div>`}
      <form class="form writing" onSubmit=${submit} noValidate>
        <${TitleField} value=${given.title} change=${set("title")} error=${errors.title} />
        <${Editor} start=${start.html} changed=${set("html")} wrong=${errors.html} />
        ${errors.html && html`<p class="wrong" role="alert">${errors.html}</p>`}
        <details class="more" open=${Boolean(errors.summary || errors.cover_url)}>
          <summary>${say("moreFields")}</summary>
          <${Field} label=${say("summary")} hint=${say("summaryHint")} rows=${2} most=${LONGEST_SUMMARY} value=${given.summary} change=${set("summary")} error=${errors.summary} />
          <${Field} label=${say("cover")} hint="https://…" type="url" most=${LONGEST_ADDRESS} value=${given.cover_url} change=${set("cover_url")} error=${errors.cover_url} />
        </details>
        <${Visibility} given=${given} set=${set} error=${errors.publish_at} />
        <div class="row"><button class="button first" disabled=${busy}>${say(verb)}</button>${note && html`<span class="quiet">${note}</span>`}</div>
      </form>
    </section>
  `;
}

/** It grows with the title; a title has one line, whatever is pasted. */
function TitleField({ value, change, error }) {
  const wrong = error ?? tooLong(value, LONGEST_TITLE);
  return html`
    <div class="grow title" data-text=${`${value} `}>
      <textarea rows="1" aria-label=${say("title")} placeholder=${say("titleHint")} value=${value} aria-invalid=${wrong ? "true" : undefined} aria-describedby=${wrong ? "title-wrong" : undefined}
        onKeyDown=${(event) => event.key === "Enter" && !event.isComposing && event.preventDefault()}
        onInput=${(event) => change(event.target.value.replace(/\s*\n\s*/g, " "))}></textarea>
    </div>
    ${wrong && html`<p class="wrong" id="title-wrong" role="alert">${wrong}</p>`}
  `;
}

function Visibility({ given, set, error }) {
  const option = (state) => html`
    <label class="option">
      <input type="radio" name="state" value=${state} checked=${given.state === state} onChange=${() => set("state")(state)} />
      <span>${say(`vis_${state}`)}<small>${say(`vis_${state}Hint`)}</small></span>
    </label>
  `;
  return html`
    <fieldset class="visibility">
      <legend>${say("whoSees")}</legend>
      <div class="options">${["public", "scheduled", "private"].map(option)}</div>
      ${given.state === "scheduled" && html`
        <div class="field">
          <label for="publish-at">${say("publishAt")}</label>
          <input id="publish-at" type="datetime-local" value=${given.publish_at} min=${local(new Date())} required aria-invalid=${error ? "true" : undefined}
            aria-describedby=${error ? "publish-at-wrong" : undefined} onInput=${(event) => set("publish_at")(event.target.value)} />
          ${error && html`<p class="wrong" id="publish-at-wrong" role="alert">${error}</p>`}
        </div>
      `}
    </fieldset>
  `;
}

/** Once it is drawn. */
function showFirstMistake() {
  requestAnimationFrame(() => document.querySelector(".writing [aria-invalid]")?.focus());
}

function mistakes({ title, html: text, summary, cover_url: cover, state, publish_at: at }) {
  return {
    title: title.trim() ? tooLong(title, LONGEST_TITLE) : say("missing"),
    html: text.trim() ? undefined : say("missing"),
    summary: tooLong(summary, LONGEST_SUMMARY),
    cover_url: tooLong(cover, LONGEST_ADDRESS),
    publish_at: state === "scheduled" && !(new Date(at) > new Date()) ? say("futureTime") : undefined,
  };
}

function asNew({ title, html: text, summary, cover_url: cover, state, publish_at: at }) {
  return {
    title: title.trim(),
    html: text,
    state,
    ...(summary.trim() ? { summary: summary.trim() } : {}),
    ...(cover.trim() ? { cover_url: cover.trim() } : {}),
    ...(state === "scheduled" ? { publish_at: new Date(at).toISOString() } : {}),
  };
}

/** A summary that is left alone goes on following the text, if it did. */
function asChange({ title, html: text, summary, cover_url: cover, state, publish_at: at }, old) {
  return {
    title: title.trim(),
    html: text,
    version: old.version,
    cover_url: cover.trim() || null,
    ...(summary === old.summary ? {} : { summary: summary.trim() }),
    ...(state === old.state && state !== "scheduled" ? {} : { state }),
    ...(state === "scheduled" ? { publish_at: new Date(at).toISOString() } : {}),
  };
}

/** As an input of type datetime-local takes it: this place's time, without seconds. */
function local(time) {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
