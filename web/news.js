// What has come since somebody looked: asked for gently, and not at all while nobody sees the page.

import { batch, effect, signal } from "./html.js";
import { get, online, Trouble } from "./api.js";
import { me } from "./session.js";

const EVERY_MS = 30_000;
/** {unread, more, mark} of the timeline and of the notifications. */
export const articles = signal(null);
export const notices = signal(null);
const FIRST_MS = 1_500; // the timeline's first page, and its mark, go first
let last = 0;
let next = 0;
let marks = 0;

export function watch() {
  effect(() => {
    me.value;
    batch(() => {
      articles.value = null;
      notices.value = null;
    });
    last = 0;
    next = 0;
  });
  setTimeout(look, FIRST_MS);
  setInterval(look, EVERY_MS / 6);
  document.addEventListener("visibilitychange", look);
}

/** Nothing of these is new any more: their mark has moved. */
export function seen(kind) {
  marks += 1;
  if (kind.value) kind.value = { ...kind.value, unread: 0 };
}

/** Asks if it is time to; a busy server is left alone for as long as it says. */
async function look() {
  const now = Date.now();
  const before = marks;
  const whose = me.value;
  if (document.hidden || !online.value || !whose || now < last + EVERY_MS || now < next) return;
  last = now;
  try {
    const found = await Promise.all([get("/v1/timeline/unread"), get("/v1/notifications/unread")]);
    if (whose === me.value && before === marks) batch(() => ([articles.value, notices.value] = found));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    next = trouble.until;
  }
}
