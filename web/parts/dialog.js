// A dialogue above the page: the browser's own element keeps the focus in it and closes it by Escape.

import { html, useEffect, useId, useRef } from "../html.js";
import { say } from "../words.js";
import { Icon } from "./icons.js";

export function Dialog({ title, close, children }) {
  const element = useRef();
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current.showModal();
    return () => before?.focus?.({ preventScroll: true });
  }, []);
  const outside = (event) => event.target === element.current && close();
  return html`
    <dialog ref=${element} aria-labelledby=${heading} onClose=${close} onClick=${outside}>
      <div class="inside">
        <header><h2 id=${heading}>${title}</h2><button class="bare" aria-label=${say("close")} onClick=${close}><${Icon} name="close" /></button></header>
        ${children}
      </div>
    </dialog>
  `;
}

/** Asks before what cannot be taken back. */
export const Ask = ({ title, hint, act, yes, close }) => html`
  <${Dialog} title=${title} close=${close}>
    <p class="quiet">${hint}</p>
    <div class="row end"><button class="button" onClick=${yes}>${act}</button><button class="button first" autofocus onClick=${close}>${say("cancel")}</button></div>
  <//>
`;
