// A button that asks the server for something, and says beside itself how that went.
import { html, useState } from "../base.js";

export function Act({ children, act, label, kind = "" }) {
  const [said, setSaid] = useState({ text: "", wrong: false, busy: false });
  const press = async () => {
    setSaid({ text: "", wrong: false, busy: true });
    try {
      setSaid({ text: (await act()) || "", wrong: false, busy: false });
    } catch (error) {
      setSaid({ text: error.message, wrong: true, busy: false });
    }
  };
  return html`<span class="act"><button type="button" class=${kind} aria-label=${label} disabled=${said.busy}
      onClick=${press}>${children}</button>
    <span class=${said.wrong ? "problem" : "said"} role="status">${said.text}</span></span>`;
}
