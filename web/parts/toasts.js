// Short messages that come and go, and what only screen readers are told.

import { html, signal } from "../html.js";
import { Trouble } from "../api.js";
import { tell } from "../words.js";

const SHOWN_MS = 6_000;
const shown = signal([]);
const announced = signal("");
let made = 0;

export function toast(text, bad = false) {
  const one = { id: (made += 1), text, bad };
  shown.value = [...shown.value.slice(-2), one];
  setTimeout(() => (shown.value = shown.value.filter((each) => each !== one)), SHOWN_MS);
}

export function announce(text) {
  announced.value = text;
}

/** What the act gives, with a word when it is done; undefined, and told, where it fails. */
export async function attempt(act, done) {
  try {
    const found = await act();
    if (done) toast(done);
    return found ?? true;
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    toast(tell(trouble), true);
    return undefined;
  }
}

export const Toasts = () => html`
  <div class="toasts" role="status" aria-live="polite">
    ${shown.value.map((each) => html`<p key=${each.id} class=${each.bad ? "toast bad" : "toast"}>${each.text}</p>`)}
  </div>
  <div class="unseen" role="status" aria-live="polite">${announced.value}</div>
`;
