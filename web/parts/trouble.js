// What stands where nothing else can: a failure with a way to try again, an empty list, the shape of what is coming.

import { html, useEffect, useState } from "../html.js";
import { say, tell } from "../words.js";

export function TroubleNote({ trouble, again }) {
  const wait = useSecondsUntil(trouble.status === 429 ? trouble.until : 0);
  return html`
    <div class="note" role="alert">
      <p>${trouble.status === 429 && wait === 0 ? say("retry") : tell(trouble)}</p>
      ${again && html`<button class="button" disabled=${wait > 0} onClick=${again}>${wait > 0 ? say("retryIn", wait) : say("retry")}</button>`}
    </div>
  `;
}

export const Empty = ({ text, children }) => html`<div class="note empty"><p>${text}</p>${children}</div>`;

export const Skeleton = ({ rows = 4, kind = "card" }) => html`
  <div class="skeleton" role="status">
    <span class="unseen">${say("loading")}</span>
    ${Array.from({ length: rows }, (_, index) => html`<div key=${index} class=${`ghost ${kind}`} aria-hidden="true"><i></i><i></i><i></i></div>`)}
  </div>
`;

function useSecondsUntil(until) {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (left() === 0) return undefined;
    const ticking = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(ticking);
  }, [until]);
  return seconds;
}
