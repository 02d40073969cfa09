// The page's name: its first heading, the browser's title, and what a screen reader says on arrival.

import { html, useEffect } from "../html.js";
import { languageOf } from "../words.js";

/** `unseen` is for pages that say by their place what they are. */
export function Title({ text, unseen = false, children }) {
  useEffect(() => {
    document.title = `${text} · feed`;
  }, [text]);
  return html`<h1 class=${unseen ? "unseen" : "title"} lang=${languageOf(text)}>${text}${children}</h1>`;
}
