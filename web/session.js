// Who is looking: one of the demo's people, whoever the host application says by `window.feedToken`, or a guest.

import { computed, signal } from "./html.js";
import { kept, keep } from "./memory.js";

/** `api` is the API's origin, "" for the page's own; `people` are the demo's, of scripts/dev alone. */
export const config = signal({ api: "", people: [] });
/** {id, token, nickname?, avatar_url?}, or null for a guest. */
export const person = signal(null);
/** Their id, 0 for a guest: stays while their name or token changes. */
export const me = computed(() => person.value?.id ?? 0);
export const signedIn = computed(() => person.value !== null);
/** Whether somebody can be chosen here; elsewhere the host application signs people in. */
export const isDemo = computed(() => config.value.people.length > 0);

export async function start() {
  await readConfig();
  if (typeof window.feedToken === "function") await askHost();
  else become(Number(kept("person") ?? config.value.people[0]?.id));
}

/** Another token for one that was refused, unless there is one already: true if there is. */
export async function renew(refused) {
  if (person.value?.token === refused) {
    if (typeof window.feedToken === "function") await askHost();
    else {
      await readConfig();
      become(person.value?.id);
    }
  }
  return person.value !== null && person.value.token !== refused;
}

/** Acts as the demo's person of this id from now on; as a guest where there is none. */
export function become(id) {
  person.value = config.value.people.find((each) => each.id === id) ?? null;
  keep("person", person.value?.id ?? 0);
}

/** The API's word about somebody: names and pictures change. */
export function meet({ id, nickname, avatar_url }) {
  const shown = (each) => (each.id === id ? { ...each, nickname, avatar_url } : each);
  config.value = { ...config.value, people: config.value.people.map(shown) };
  if (person.value) person.value = shown(person.value);
}

/** A guest's own id, made once: what a guest has seen is left out of hot lists. */
export function guestId() {
  const id = kept("guest") ?? crypto.getRandomValues(new Uint32Array(4)).reduce((text, part) => text + part.toString(36), "guest-");
  keep("guest", id);
  return id;
}

async function readConfig() {
  const answer = await fetch("/config.json", { cache: "no-cache" });
  config.value = { api: "", people: [], ...(await answer.json()) };
}

async function askHost() {
  const token = await window.feedToken();
  const id = token ? subject(token) : 0;
  person.value = id ? { ...(id === me.value ? person.value : {}), id, token } : null;
}

function subject(token) {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return Number(JSON.parse(atob(part)).sub);
}
