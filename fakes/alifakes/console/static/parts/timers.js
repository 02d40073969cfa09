// Timer triggers, each to be fired now, and the clocks of the emulators, to be put forward.
import { html, useState } from "../base.js";
import { ask, useAsked } from "../api.js";
import { day } from "../words.js";
import { Act } from "./act.js";

const NAMES = { functions: "Function Compute", tablestore: "Tablestore", alipay: "Alipay" };
const WHAT = {
  functions: "timers, retries and ages",
  tablestore: "time to live, index lag, timestamps",
  alipay: "notifications, expiry",
};
const STEPS = [["1 minute", 60_000], ["5 minutes", 300_000], ["1 hour", 3_600_000], ["1 day", 86_400_000]];

export function Timers() {
  const { data, error, again } = useAsked("timers", {}, 2000);
  if (!data) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  return html`<div class="page">
    <h2>Timers</h2>
    ${data.timers.length === 0
      ? html`<p class="empty">The project declares none.</p>`
      : html`<div class="scroll"><table><thead><tr><th scope="col">Function</th><th scope="col">Trigger</th><th scope="col">Schedule</th>
          <th scope="col">Next</th><th></th></tr></thead>
        <tbody>${data.timers.map((timer) => html`<tr><td><b>${timer.function}</b></td><td>${timer.name}</td>
          <td><code>${timer.cron}</code></td>
          <td>${timer.running ? day(timer.next_ms) : timer.enabled ? "timers are off" : "not enabled"}</td>
          <td><${Act} label=${`Fire now: ${timer.name} of ${timer.function}`} act=${async () => {
            await ask("POST", "timers", {}, { function: timer.function, trigger: timer.name });
            return "fired";
          }}>Fire now<//></td></tr>`)}</tbody></table></div>`}
    <${Clocks} again=${again} />
  </div>`;
}

function Clocks({ again }) {
  const clocks = useAsked("clocks", {}, 2000);
  const [left, setLeft] = useState(new Set());
  if (!clocks.data) return html`<p class=${clocks.error ? "problem" : "empty"}>${clocks.error || "…"}</p>`;
  const names = Object.keys(clocks.data);
  const chosen = names.filter((name) => !left.has(name));
  const choose = (name) => {
    const next = new Set(left);
    if (!next.delete(name)) next.add(name);
    setLeft(next);
  };
  const step = (ms) => async () => {
    await ask("POST", "clocks", {}, { advance_ms: ms, of: chosen });
    clocks.again();
    again();
  };
  return html`<h2>Clocks</h2>
    <table><thead><tr><th scope="col">Moves</th><th scope="col">Clock</th><th scope="col">Shows</th><th scope="col">Ahead</th>
      <th scope="col">Decides</th></tr></thead><tbody>
    ${names.map((name) => html`<tr>
      <td><input type="checkbox" aria-label=${`Move the clock of ${NAMES[name]}`} checked=${!left.has(name)}
        onChange=${() => choose(name)} /></td>
      <td>${NAMES[name]}</td>
      <td>${typeof clocks.data[name] === "number" ? day(clocks.data[name]) : html`<span class="problem">${clocks.data[name]}</span>`}</td>
      <td>${ahead(clocks.data[name])}</td><td class="what">${WHAT[name]}</td></tr>`)}</tbody></table>
    <p class="bar">Put forward by ${STEPS.map(([title, ms]) => html`<${Act} act=${step(ms)}>${title}<//>`)}</p>
    <p class="facts">What becomes due on the way happens, each at its moment. Functions themselves read this machine's clock, which
      stays: where they compare times with it, a moved clock and they disagree.</p>`;
}

function ahead(now) {
  const minutes = typeof now === "number" ? Math.round((now - Date.now()) / 60_000) : 0;
  if (!minutes) return "";
  return Math.abs(minutes) < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
