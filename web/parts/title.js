// The page's name: its first heading, the browser's title, and what a screen reader says on arrival.

import { html, useEffect } from "../html.js";
import { languageOf } from "../words.js";
import { announce } from "./toasts.js";

const LONG = 60;

/** `unseen` is for pages that say by their place what they are. */
export function Title({ text, unseen = false }) {
  useEffect(() => {
    document.title = `${text} · feed`;
    announce(text);
  }, [text]);
  const kind = unseen ? "unseen" : text.length > LONG ? "title long" : "title";
  return html`<h1 class=${kind} lang=${languageOf(text)}>${text}</h1>`;
}
