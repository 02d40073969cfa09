// A list on its walk: what has come, what is coming, what went wrong, and a button for more.

import { html, useLayoutEffect } from "../html.js";
import { height } from "../router.js";
import { count, say } from "../words.js";
import { Empty, Skeleton, TroubleNote } from "./trouble.js";

/** `show` draws an item, given the one before it too; `empty` is said, or drawn, when there is none. */
export function WalkList({ walk, show, empty, ghost, label }) {
  const items = walk.items.value;
  const busy = walk.busy.value || walk.cursor.value === undefined;
  const trouble = walk.trouble.value;
  useLayoutEffect(() => {
    if (height() && items.length) scrollTo(0, height());
  }, []);
  if (!items.length && !busy && !trouble) return typeof empty === "string" ? html`<${Empty} text=${empty} />` : empty;
  return html`
    <ul class="list" aria-label=${label} aria-busy=${busy}>
      ${items.map((item, index) => html`<li key=${walk.idOf(item)}>${show(item, items[index - 1])}</li>`)}
    </ul>
    ${trouble && html`<${TroubleNote} trouble=${trouble} again=${() => walk.again()} />`}
    ${busy && !trouble && html`<${Skeleton} kind=${ghost} rows=${items.length ? 1 : 4} />`}
    ${!busy && !trouble && (walk.cursor.value === null ? items.length > 5 && html`<p class="end">${say("end")}</p>` : html`<${More} walk=${walk} />`)}
  `;
}

/** The focus goes on to the first of what comes, for whoever walks by keyboard. */
function More({ walk }) {
  const more = async (event) => {
    const list = event.target.previousElementSibling;
    const had = walk.items.value.length;
    await walk.more();
    requestAnimationFrame(() => list.children[had]?.querySelector("a")?.focus({ preventScroll: true }));
  };
  return html`<button class="button wide" onClick=${more}>${say("more")}</button>`;
}

export const Count = ({ icon, number, label }) =>
  number > 0 && html`<span class="count" title=${label}>${icon}<span aria-hidden="true">${count(number)}</span><span class="unseen">${label}</span></span>`;
