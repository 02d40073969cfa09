// A tip's order: to the cashier, and what has become of it.

import { html, useEffect } from "../html.js";
import { useLoaded } from "../loaded.js";
import { get, Trouble } from "../api.js";
import { signedIn } from "../session.js";
import { say, yuan } from "../words.js";
import { Icon } from "../parts/icons.js";
import { SignIn } from "../parts/sign_in.js";
import { rememberedOrder } from "../parts/tip_dialog.js";
import { Title } from "../parts/title.js";
import { Skeleton, TroubleNote } from "../parts/trouble.js";
import { Missing } from "./missing.js";

const ASK_AGAIN_MS = 2_000;

export const TipPage = ({ id }) => (signedIn.value ? html`<${Order} id=${id} />` : html`<${SignIn} title=${say("tip")} />`);

function Order({ id }) {
  const { value: order, trouble, again, set } = useLoaded(`/v1/tips/${id}`);
  useFollowing(id, order, set);
  if (trouble?.status === 404) return html`<${Missing} />`;
  if (trouble) return html`<section class="column"><${TroubleNote} trouble=${trouble} again=${again} /></section>`;
  if (!order) return html`<section class="column"><${Skeleton} kind="text" rows=${1} /></section>`;
  const { pay_url: address, title } = rememberedOrder(id);
  const waits = order.status === "pending";
  return html`
    <section class="column receipt">
      <p class=${`seal ${order.status}`}><${Icon} name="tip" /></p>
      <${Title} text=${say(`tip_${order.status}`)} />
      <p class="amount">${yuan(order.amount_fen)}</p>
      ${title && html`<p class="quiet">${title}</p>`}
      <p class="unseen" role="status">${say(`tip_${order.status}`)}</p>
      ${waits && address && html`
        <p><a class="button first" href=${address} target="_blank" rel="noopener">${say("tipPay")}</a></p>
        <p class="quiet">${say("tipPayHint")}</p>
      `}
      ${order.status === "closed" && html`<p class="quiet">${say("tip_closedHint")}</p>`}
      <p><a class=${waits ? "quiet" : "button"} href=${`/articles/${order.article_id}`}>${say("backToArticle")}</a></p>
    </section>
  `;
}

/** Asks while the order waits and somebody sees the page, and at once when they come back from the cashier. */
function useFollowing(id, order, set) {
  useEffect(() => {
    if (order?.status !== "pending") return undefined;
    const ask = async () => {
      if (document.hidden) return;
      try {
        const now = await get(`/v1/tips/${id}`);
        if (now.status !== "pending") set(now);
      } catch (trouble) {
        if (!(trouble instanceof Trouble)) throw trouble; // asked again in a moment
      }
    };
    const asking = setInterval(ask, ASK_AGAIN_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(asking);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [id, order?.status]);
}
