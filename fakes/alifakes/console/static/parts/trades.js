// Alipay's trades, each to be paid or left as its buyer would, and the notifications that were sent.
import { html } from "../base.js";
import { ask, useAsked } from "../api.js";
import { day } from "../words.js";
import { Act } from "./act.js";

const waits = (trade) => trade.status === "WAIT_BUYER_PAY";
const ACTS = [["pay", "Pay", waits], ["abandon", "Leave", waits], ["pay_late", "Pay late", (trade) => !trade.paid_ms],
  ["pay_twice", "Pay twice", () => true]];

export function Trades() {
  const { data, error, again } = useAsked("trades", {}, 1500);
  if (!data) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  return html`<div class="page">
    <h2>Trades</h2>
    ${data.trades.length === 0
      ? html`<p class="empty">None yet: a trade begins when a buyer opens the page of an order.</p>`
      : html`<div class="scroll"><table><thead><tr><th scope="col">Order</th><th scope="col">Subject</th><th scope="col" class="number">Yuan</th>
        <th scope="col">Status</th><th scope="col">Created</th><th scope="col">Paid</th><th></th></tr></thead>
        <tbody>${data.trades.toReversed().map((trade) => html`<${Trade} trade=${trade} again=${again} />`)}</tbody></table></div>`}
    <h2>Notifications</h2>
    ${data.notifications.length === 0
      ? html`<p class="empty">None was sent yet.</p>`
      : html`<div class="scroll"><table><thead><tr><th scope="col">Sent</th><th scope="col">Event</th><th scope="col">Order</th>
        <th scope="col">Answer</th></tr></thead>
        <tbody>${data.notifications.toReversed().slice(0, 300).map((each) => html`<tr><td>${day(each.sent_ms)}
            <br /><small>minute ${Math.round(each.minute)}</small></td>
          <td>${each.event}</td><td><code>${each.out_trade_no}</code></td>
          <td><span class=${`outcome ${each.accepted ? "done" : "failed"}`}>${each.accepted ? "accepted" : "not accepted"}</span>
            ${" "}${each.status ?? ""} ${each.error || each.answer.slice(0, 80)}</td></tr>`)}</tbody></table></div>`}
  </div>`;
}

function Trade({ trade, again }) {
  const { order } = trade;
  const act = (name) => async () => {
    await ask("POST", "trades", {}, { out_trade_no: order.out_trade_no, act: name });
    again();
  };
  const refunded = trade.refunds.reduce((sum, refund) => sum + refund.amount_fen, 0);
  return html`<tr><td><code>${order.out_trade_no}</code></td><td>${order.subject}</td>
    <td class="number">${(order.total_fen / 100).toFixed(2)}${refunded > 0 && html`<br /><small>−${(refunded / 100).toFixed(2)}</small>`}</td>
    <td>${trade.status}</td><td>${day(trade.created_ms)}</td><td>${day(trade.paid_ms)}</td>
    <td class="acts">${ACTS.filter(([, , fits]) => fits(trade)).map(([name, title]) => html`<${Act} act=${act(name)}>${title}<//>`)}</td></tr>`;
}
