// One invocation: what it was given, printed, answered, asked Tablestore for, and what that took.
import { html, useEffect } from "../base.js";
import { useAsked } from "../api.js";
import { useLive } from "../live.js";
import { bytes, clock, count, money, ms, outcome, pretty, rounded } from "../words.js";

export function Detail({ number, state, show, close }) {
  const { data, error, again } = useAsked("invocation", { number });
  const told = useLive().shown.get(number);
  useEffect(() => {
    again();
  }, [told]);
  if (error && !data) return html`<${Head} title="Invocation" close=${close} /><p class="problem" role="alert">${error}</p>`;
  if (!data || data.number !== number) return html`<${Head} title="Invocation" close=${close} /><p class="empty">…</p>`;
  return html`<${Head} title=${data.function} close=${close} />
    <p><span class=${`outcome ${outcome(data.status)}`}>${data.status}</span> ${data.kind} ${data.label}
      <br /><code>${data.request_id}</code></p>
    <p class="links">
      ${data.parent && html`<button type="button" onClick=${() => show(data.parent)}>What asked for it</button>`}
      ${data.root !== number && html`<button type="button" onClick=${() => show(data.root)}>Root of its tree</button>`}
      <button type="button" onClick=${() => show(number)}>Show in its tree</button>
    </p>
    <${Sums} data=${data} state=${state} />
    <h3>Tables</h3>
    <${Tables} tables=${data.tables} />
    ${data.runs.map((run, at) => html`<${Run} run=${run} at=${at} many=${data.runs.length > 1} from=${data.submitted_ms} />`)}
    <${Text} title="Event" text=${data.event} size=${data.event_size} />
    <${Text} title="Answer" text=${data.answer} size=${data.answer_size} />
    <${Calls} data=${data} />`;
}

function Head({ title, close }) {
  return html`<header class="head"><h2>${title}</h2>
    <button type="button" aria-label="Close" onClick=${close}>×</button></header>`;
}

function Sums({ data, state }) {
  const own = named(state.quantities, data.own);
  const whole = data.whole && data.descendants ? named(state.quantities, data.whole) : null;
  const lines = [
    ["Attempts", "invocations", count],
    ["GB-seconds", "gb_s", rounded],
    ["Tablestore requests", "requests", count],
    ["Rows", "rows", count],
    ["Read units", "read_cu", count],
    ["Write units", "write_cu", count],
    ["Sent to Tablestore", "ots_in", bytes],
    ["Received from it", "ots_out", bytes],
    ["Event", "bytes_in", bytes],
    ["Answer", "bytes_out", bytes],
  ];
  return html`<table class="sums"><thead><tr><th></th><th class="number" scope="col">itself</th>
      ${whole && html`<th class="number" scope="col">and all below</th>`}</tr></thead>
    <tbody>${lines.map(([title, name, shown]) => html`<tr><th scope="row">${title}</th>
      <td class="number">${shown(own[name])}</td>${whole && html`<td class="number">${shown(whole[name])}</td>`}</tr>`)}
    ${data.yuan !== null && html`<tr><th scope="row">${state.prices.currency}</th>
      <td class="number">${money(data.yuan)}</td>${whole && html`<td class="number">${money(data.whole_yuan)}</td>`}</tr>`}</tbody></table>`;
}

export const named = (names, list) => Object.fromEntries(names.map((name, at) => [name, list[at]]));

function Tables({ tables }) {
  const names = Object.keys(tables).sort();
  if (!names.length) return html`<p class="empty">None was asked.</p>`;
  return html`<table><thead><tr><th scope="col">Table</th><th class="number" scope="col">requests</th>
    <th class="number" scope="col">rows</th><th class="number" scope="col">read</th><th class="number" scope="col">write</th>
    </tr></thead><tbody>${names.map((name) => html`<tr><td>${name || "(none)"}</td>
      ${["requests", "rows", "read_cu", "write_cu"].map((each) => html`<td class="number">${count(tables[name][each])}</td>`)}
    </tr>`)}</tbody></table>`;
}

function Run({ run, at, many, from }) {
  return html`<h3>${many ? `Attempt ${at + 1}` : "Run"}</h3>
    <p class="facts">${run.cold ? html`<span class="cold">cold</span>` : "warm"} · ${ms(run.duration_ms)} ·
      ${" "}${Math.round(run.memory_mb)} MB · began after ${ms(run.began_us / 1000 - from)} · <code>${run.instance}</code>
      ${run.error && html` · <span class="outcome failed">${run.error}</span>`}</p>
    ${run.lines.length > 0 && html`<pre tabindex="0" aria-label="What it printed">${run.lines.join("\n")}</pre>`}
    ${run.printed > 32768 && html`<p class="facts">It printed ${bytes(run.printed)}; the first 32 KB are kept.</p>`}`;
}

function Text({ title, text, size }) {
  return html`<h3>${title} <small>${bytes(size)}</small></h3>
    ${size > 0 && html`<pre tabindex="0" aria-label=${title}>${pretty(text)}</pre>`}`;
}

function Calls({ data }) {
  if (!data.calls.length) return null;
  const began = data.runs[0] ? data.runs[0].began_us : data.calls[0].began_us;
  const all = data.own[3];
  return html`<h3>Requests to Tablestore <small>${all > data.calls.length ? `the first ${data.calls.length} of ${count(all)}` : ""}</small></h3>
    <div class="scroll"><table><thead><tr><th class="number" scope="col">after</th><th scope="col">API</th>
      <th scope="col">tables</th><th class="number" scope="col">took</th><th class="number" scope="col">rows</th>
      <th class="number" scope="col">read</th><th class="number" scope="col">write</th></tr></thead>
    <tbody>${data.calls.map((call) => html`<tr title=${clock(call.began_us / 1000)}>
      <td class="number">${ms((call.began_us - began) / 1000)}</td><td>${call.api}
        ${call.code && html`<br /><span class="outcome failed">${call.code}</span>`}
        ${call.fault && html` <span class="again">${call.fault}</span>`}</td>
      <td>${call.tables.join(", ")}</td><td class="number">${ms(call.took_us / 1000)}</td>
      <td class="number">${sum(call, "rows")}</td><td class="number">${sum(call, "read_cu")}</td>
      <td class="number">${sum(call, "write_cu")}</td></tr>`)}</tbody></table></div>`;
}

const sum = (call, name) => call.spent.reduce((total, part) => total + part[name], 0);
