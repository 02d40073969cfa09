// What stands around every page: the way to the others, who is looking, the language, and whether there is a network.

import { html, useEffect } from "../html.js";
import { online } from "../api.js";
import { notices } from "../news.js";
import { go, place } from "../router.js";
import { isDemo, me, person } from "../session.js";
import { language, locale, say, speak } from "../words.js";
import { Icon } from "./icons.js";
import { Avatar, choosing, know, PersonChooser } from "./person.js";
import { Toasts } from "./toasts.js";

export function Shell({ children }) {
  useEffect(() => {
    document.documentElement.lang = locale.value;
  }, [locale.value]);
  useEffect(() => {
    if (me.value) know(me.value);
  }, [me.value]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>${say("skip")}</a>
    <header class="top">
      <div class="bar">
        <a class="mark" href="/" lang="en">feed</a>
        <${SearchBox} />
        <nav aria-label=${say("menu")}><${Links} /></nav>
        <${Language} />
      </div>
    </header>
    ${!online.value && html`<p class="banner" role="status">${say("offlineBanner")}</p>`}
    <main id="main" tabindex="-1">${children}</main>
    <${PersonChooser} />
    <${Toasts} />
  `;
}

function skip(event) {
  event.preventDefault();
  document.querySelector("main").focus();
}

function Links() {
  const unread = notices.value?.unread ?? 0;
  const link = (path, icon, label, more) => html`
    <a href=${path} aria-current=${place.value.path === path ? "page" : undefined}>${icon}<span>${label}</span>${more && html`<span class="unseen">${more}</span>`}</a>
  `;
  const bell = html`<span class="badged"><${Icon} name="bell" />${unread > 0 && html`<b aria-hidden="true">${unread}</b>`}</span>`;
  const face = person.value ? html`<${Avatar} user=${person.value} />` : html`<${Icon} name="person" />`;
  return html`
    ${link("/", html`<${Icon} name="home" />`, say("home"))}
    ${link("/hot", html`<${Icon} name="hot" />`, say("hot"))}
    ${link("/write", html`<${Icon} name="write" />`, say("write"))}
    ${link("/notifications", bell, say("notifications"), unread > 0 && say("unreadNumber", unread))}
    ${link("/me", face, say("me"), person.value?.nickname)}
  `;
}

function SearchBox() {
  const ask = (event) => {
    event.preventDefault();
    const q = event.target.q.value.trim();
    if (q) go(`/search?q=${encodeURIComponent(q)}`);
  };
  const q = place.value.path === "/search" ? (place.value.query.get("q") ?? "") : "";
  return html`
    <form class="search" role="search" onSubmit=${ask}>
      <${Icon} name="search" />
      <input key=${place.value.key} name="q" type="search" defaultValue=${q} maxlength="100" aria-label=${say("searchFor")} placeholder=${say("search")} enterkeyhint="search" autocomplete="off" />
    </form>
  `;
}

function Language() {
  const next = language.value === "zh" ? "en" : "zh";
  return html`<button class="language" lang=${next} onClick=${() => speak(next)}>${say("other")}</button>`;
}

/** A line for guests that says so, with the way to be somebody where there is one. */
export const GuestNote = () =>
  !person.value && html`<p class="guest">${say("guestHint")} ${isDemo.value && html`<button class="linklike" onClick=${() => (choosing.value = true)}>${say("choosePerson")}</button>`}</p>`;
