// A plain editor: paragraphs, headings, quotes, lists, bold, italic and links; the server sanitises what it gives.

import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { languageOf, say } from "../words.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const TOOLS = [
  ["bold", html`<b>B</b>`, () => run("bold")],
  ["italic", html`<i>I</i>`, () => run("italic")],
  ["heading", "H", () => block("h2")],
  ["quote", html`<${Icon} name="quote" />`, () => block("blockquote")],
  ["list", html`<${Icon} name="list" />`, () => run("insertUnorderedList")],
];

/** `start` is the HTML to begin with; `changed` is told the HTML after every change. */
export function Editor({ start, changed, wrong }) {
  const area = useRef();
  const [linking, setLinking] = useState(null);
  useLayoutEffect(() => {
    area.current.innerHTML = start || "<p><br></p>";
    for (const image of area.current.querySelectorAll("img:not([alt])")) image.alt = "";
    document.execCommand("defaultParagraphSeparator", false, "p");
    empty();
  }, [start]);
  const empty = () => area.current.classList.toggle("blank", !area.current.textContent.trim() && !area.current.querySelector("img,li,blockquote,h2"));
  const input = () => {
    empty();
    changed(written(area.current));
  };
  const paste = (event) => {
    event.preventDefault();
    run("insertText", event.clipboardData.getData("text/plain"));
  };
  const act = (tool) => {
    area.current.focus();
    tool();
    input();
  };
  const link = () => {
    const selected = getSelection();
    if (selected.rangeCount && area.current.contains(selected.anchorNode)) setLinking(selected.getRangeAt(0).cloneRange());
  };
  const insert = (address) => {
    setLinking(null);
    requestAnimationFrame(() => {
      // behind the open dialogue, the text takes no focus
      area.current.focus();
      getSelection().removeAllRanges();
      getSelection().addRange(linking);
      if (linking.collapsed) selectInserted(address);
      run("createLink", address);
      input();
    });
  };
  const keepSelection = (event) => event.preventDefault();
  return html`
    <div class="editor">
      <div class="tools" role="group" aria-label=${say("format")} onMouseDown=${keepSelection}>
        ${TOOLS.map(([name, face, tool]) => html`<button key=${name} type="button" title=${say(name)} aria-label=${say(name)} onClick=${() => act(tool)}>${face}</button>`)}
        <button type="button" title=${say("link")} aria-label=${say("link")} onClick=${link}><${Icon} name="link" /></button>
      </div>
      <div ref=${area} class="prose" contenteditable="true" role="textbox" aria-multiline="true" aria-label=${say("body")} aria-invalid=${wrong ? "true" : undefined}
        lang=${languageOf(start)} data-hint=${say("bodyHint")} onInput=${input} onPaste=${paste}></div>
      ${linking && html`<${LinkDialog} insert=${insert} close=${() => setLinking(null)} />`}
    </div>
  `;
}

function LinkDialog({ insert, close }) {
  const given = (event) => {
    event.preventDefault();
    event.stopPropagation();
    insert(event.target.address.value.trim());
  };
  return html`
    <${Dialog} title=${say("link")} close=${close}>
      <form onSubmit=${given}>
        <label class="field"><span>${say("linkAsk")}</span><input name="address" type="url" required pattern="https?://.+" placeholder="https://…" /></label>
        <button class="button first wide">${say("insert")}</button>
      </form>
    <//>
  `;
}

function selectInserted(text) {
  run("insertText", text);
  const { anchorNode, anchorOffset } = getSelection();
  getSelection().setBaseAndExtent(anchorNode, anchorOffset - text.length, anchorNode, anchorOffset);
}

function run(command, value) {
  document.execCommand(command, false, value);
}

/** Where it is one already, a paragraph again. */
function block(kind) {
  const { anchorNode: at } = getSelection();
  const inside = (at?.nodeType === Node.TEXT_NODE ? at.parentElement : at)?.closest?.(kind);
  run("formatBlock", inside ? "p" : kind);
  if (inside && kind === "blockquote") run("outdent");
}

/** The HTML without what browsers leave in it; "" where nothing is written. */
function written(area) {
  const copy = area.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) if (!["href", "src", "alt", "title"].includes(name)) element.removeAttribute(name);
  }
  for (const paragraph of copy.querySelectorAll("p:has(> ul, > blockquote, > h2, > p)")) paragraph.replaceWith(...paragraph.childNodes);
  const blank = (element) => !element.textContent.trim() && !element.querySelector("img");
  if (blank(copy)) return "";
  while (copy.firstElementChild && blank(copy.firstElementChild)) copy.firstElementChild.remove();
  while (copy.lastElementChild && blank(copy.lastElementChild)) copy.lastElementChild.remove();
  return copy.innerHTML.replaceAll("&nbsp;", " ");
}
