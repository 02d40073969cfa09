// How much, and a word with it; then the order's own page leads to the cashier.

import { html, useMemo, useState } from "../html.js";
import { newKey, post } from "../api.js";
import { go } from "../router.js";
import { say, yuan } from "../words.js";
import { Dialog } from "./dialog.js";
import { attempt } from "./toasts.js";

const AMOUNTS_FEN = [200, 500, 1000, 2000, 5000, 10000];
const LONGEST_MESSAGE = 200;

export function TipDialog({ article, close }) {
  const [amount, setAmount] = useState(AMOUNTS_FEN[1]);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const key = useMemo(newKey, [amount, message]);
  const order = async (event) => {
    event.preventDefault();
    setBusy(true);
    const body = { amount_fen: amount, channel: "alipay", ...(message.trim() ? { message: message.trim() } : {}) };
    const made = await attempt(() => post(`/v1/articles/${article.id}/tips`, body, key));
    setBusy(false);
    if (!made) return;
    rememberOrder(made, article);
    close();
    go(`/tips/${made.order_id}`);
  };
  return html`
    <${Dialog} title=${say("tipTo", article.author.nickname)} close=${close}>
      <form onSubmit=${order}>
        <fieldset class="amounts">
          <legend>${say("tipAmount")}</legend>
          ${AMOUNTS_FEN.map((fen) => html`
            <label key=${fen}><input type="radio" name="amount" checked=${fen === amount} onChange=${() => setAmount(fen)} /><span>${yuan(fen).replace(/\.00$/, "")}</span></label>
          `)}
        </fieldset>
        <label class="field"><span>${say("tipMessage")}</span>
          <textarea rows="2" maxlength=${LONGEST_MESSAGE} value=${message} onInput=${(event) => setMessage(event.target.value.replaceAll("\n", " "))}></textarea>
        </label>
        <button class="button first wide" disabled=${busy}>${say("tipNext")}</button>
      </form>
    <//>
  `;
}

/** The way to the cashier is told once, to this tab: the API does not repeat it. */
function rememberOrder(made, article) {
  sessionStorage.setItem(`tip ${made.order_id}`, JSON.stringify({ pay_url: made.pay_url, expires_at: made.expires_at, title: article.title }));
}

export function rememberedOrder(id) {
  return JSON.parse(sessionStorage.getItem(`tip ${id}`) ?? "{}");
}
