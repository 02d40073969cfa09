// People: their picture, their name, following them, and choosing one of the demo's to be.

import { html, signal, useEffect, useState } from "../html.js";
import { get, put, remove, Trouble } from "../api.js";
import { become, config, isDemo, me, meet, signedIn } from "../session.js";
import { languageOf, say } from "../words.js";
import { Dialog } from "./dialog.js";
import { attempt, toast } from "./toasts.js";
import { go } from "../router.js";

export const choosing = signal(false);

/** True for whoever is signed in; for others, the demo's people are offered. */
export function mayAct() {
  if (signedIn.value) return true;
  if (isDemo.value) choosing.value = true;
  else toast(say("signInHint"), true);
  return false;
}

/** Asks the API how somebody is called and looks now. */
export async function know(id) {
  try {
    meet(await get(`/v1/users/${id}`));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // known by an older name, or none, until the next time
  }
}

/** Decoration: the name stands beside it. */
export function Avatar({ user, large }) {
  const [broken, setBroken] = useState(false);
  const kind = large ? "avatar large" : "avatar";
  if (user.avatar_url && !broken) {
    return html`<img class=${kind} src=${user.avatar_url} alt="" loading="lazy" referrerpolicy="no-referrer" onError=${() => setBroken(true)} />`;
  }
  return html`<span class=${kind} aria-hidden="true" style=${{ "--hue": (user.id * 67) % 360 }}>${[...(user.nickname ?? "")][0] ?? "·"}</span>`;
}

export const Name = ({ user }) => html`<a class="name" href=${`/users/${user.id}`} lang=${languageOf(user.nickname)}>${user.nickname}</a>`;

export const PersonRow = ({ user, children }) => html`<div class="person"><${Avatar} user=${user} /><div><${Name} user=${user} />${children}</div></div>`;

/** `known` is the status if the page has it; otherwise it is asked for. */
export function FollowButton({ user, known, changed }) {
  const [status, setStatus] = useState(known ?? null);
  const own = me.value === user.id;
  useEffect(() => {
    if (known || !me.value || own) return;
    get(`/v1/follows/${user.id}`).then(setStatus, (trouble) => {
      if (!(trouble instanceof Trouble)) throw trouble; // the button then offers what is idempotent anyway
    });
  }, [user.id, me.value]);
  if (own) return null;
  const follows = status?.status === 1;
  const toggle = async () => {
    if (!mayAct()) return;
    const act = follows ? remove : put;
    const found = await attempt(() => act(`/v1/follows/${user.id}`), say(follows ? "unfollowed" : "followed", user.nickname));
    if (found) setStatus(found);
    if (found) changed?.(found);
  };
  const label = follows ? (status.friends ? say("friends") : say("isFollowing")) : say("follow");
  return html`
    <button class=${follows ? "button small" : "button small first"} aria-pressed=${follows} aria-label=${`${label} ${user.nickname}`} onClick=${toggle}>
      ${label}
    </button>
  `;
}

export function PersonChooser() {
  useEffect(() => {
    if (choosing.value) for (const { id } of config.value.people) know(id);
  }, [choosing.value]);
  if (!choosing.value) return null;
  const close = () => (choosing.value = false);
  const choose = (id) => {
    become(id);
    close();
    go("/");
  };
  const row = (user) => html`
    <li>
      <button class="choice" aria-pressed=${me.value === user.id} onClick=${() => choose(user.id)}>
        <${Avatar} user=${user} /><span lang=${languageOf(user.nickname)}>${user.nickname}</span>
      </button>
    </li>
  `;
  return html`
    <${Dialog} title=${say("choosePerson")} close=${close}>
      <p class="quiet">${say("chooseHint")}</p>
      <ul class="choices">${[...config.value.people, { id: 0, nickname: say("guest") }].map(row)}</ul>
    <//>
  `;
}
