// A line or a few of text with its name, how much is allowed, and what is wrong with it.

import { html, useId } from "../html.js";
import { say } from "../words.js";

/** Lengths count code points, as the API does. */
export function tooLong(text, most) {
  const length = [...text.normalize("NFC")].length;
  return length > most ? say("tooLong", length, most) : null;
}

export function Field({ label, value, change, error, hint, most, rows, type = "text", required = false }) {
  const id = useId();
  const wrong = error ?? tooLong(value, most);
  const common = {
    id,
    value,
    required,
    placeholder: hint,
    "aria-invalid": wrong ? "true" : undefined,
    "aria-describedby": wrong ? `${id}-wrong` : undefined,
    onInput: (event) => change(event.target.value),
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${rows ? html`<textarea rows=${rows} ...${common}></textarea>` : html`<input type=${type} ...${common} />`}
      ${wrong && html`<p class="wrong" id=${`${id}-wrong`}>${wrong}</p>`}
    </div>
  `;
}
