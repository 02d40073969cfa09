// What each operation takes, with all that it leads to, and how that went from call to call.
import { html, useState } from "../base.js";
import { useAsked } from "../api.js";
import { bytes, clock, count, money, ms, rounded } from "../words.js";
import { named } from "./detail.js";

const MEASURES = [["requests", "Tablestore requests"], ["read_cu", "read units"], ["write_cu", "write units"],
  ["gb_s", "GB-seconds"], ["invocations", "attempts"], ["bytes_out", "bytes answered"]];

export function Costs({ state, go }) {
  const { data, error } = useAsked("costs", {}, 2000);
  const [chosen, setChosen] = useState(null);
  if (!data) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  const operations = sorted(data.operations);
  const selected = operations.find(({ name }) => name === chosen) || operations[0];
  const outside = Object.entries(data.outside);
  return html`<div class="page">
    ${state.prices && html`<p class="facts">Prices of ${state.prices.date} in ${state.prices.currency}${state.prices.unverified.length > 0
      && `; unverified or missing: ${state.prices.unverified.join(", ")}`}. From Attempts to Answer per call, since the emulator started.</p>`}
    <h2>Operations <small>what somebody outside asked for, or a timer, with all that it led to</small></h2>
    ${operations.length === 0 && html`<p class="empty">Nothing has run yet.</p>`}
    ${operations.length > 0 && html`<${Curve} operation=${selected} state=${state} go=${go} />
      <${Sums} rows=${operations} state=${state} chosen=${selected.name} choose=${setChosen} />`}
    <h2>Functions <small>each by itself</small></h2>
    <${Sums} rows=${sorted(data.functions)} state=${state} />
    ${outside.length > 0 && html`<h2>Outside any invocation <small>requests to Tablestore by access key</small></h2>
      <table><thead><tr><th scope="col">Access key</th><th class="number" scope="col">requests</th>
        <th class="number" scope="col">read units</th><th class="number" scope="col">write units</th></tr></thead>
      <tbody>${outside.map(([name, sums]) => {
        const each = named(state.quantities, sums);
        return html`<tr><td><code>${name || "(none)"}</code></td><td class="number">${count(each.requests)}</td>
          <td class="number">${count(each.read_cu)}</td><td class="number">${count(each.write_cu)}</td></tr>`;
      })}</tbody></table>`}
  </div>`;
}

const sorted = (rows) => rows.toSorted((a, b) => (b.yuan ?? 0) - (a.yuan ?? 0) || b.total_ms - a.total_ms);

function Sums({ rows, state, chosen, choose }) {
  const yuan = state.prices !== null;
  const most = Math.max(...rows.map((row) => row.yuan ?? 0), 1e-12);
  return html`<div class="scroll"><table class="costs"><thead><tr><th scope="col">Name</th><th class="number" scope="col">Calls</th>
      <th class="number" scope="col">Failed</th><th class="number" scope="col">Cold</th>
      <th class="number" scope="col">Mean</th><th class="number" scope="col">Most</th>
      <th class="number" scope="col" title="attempts of functions per call">Attempts</th>
      <th class="number" scope="col">GB-s</th><th class="number" scope="col">Requests</th><th class="number" scope="col">Read</th>
      <th class="number" scope="col">Write</th><th class="number" scope="col">Answer</th>
      ${yuan && html`<th class="number" scope="col">${state.prices.currency} per million</th><th class="number" scope="col">Total</th><th></th>`}</tr></thead>
    <tbody>${rows.map((row) => {
      const sums = named(state.quantities, row.sums);
      const per = (name) => rounded(sums[name] / Math.max(1, row.calls));
      return html`<tr class=${row.name === chosen ? "chosen" : ""}>
        <td>${choose
          ? html`<button type="button" class="plain" aria-pressed=${row.name === chosen} onClick=${() => choose(row.name)}>${row.name}</button>`
          : row.name}</td>
        <td class="number">${count(row.calls)}</td><td class="number">${row.failed ? html`<span class="outcome failed">${count(row.failed)}</span>` : ""}</td>
        <td class="number">${count(row.cold)}</td><td class="number">${row.attempts ? ms(row.total_ms / row.attempts) : ""}</td>
        <td class="number">${row.attempts ? ms(row.most_ms) : ""}</td><td class="number">${per("invocations")}</td><td class="number">${per("gb_s")}</td>
        <td class="number">${per("requests")}</td><td class="number">${per("read_cu")}</td><td class="number">${per("write_cu")}</td>
        <td class="number">${bytes(Math.round(sums.bytes_out / Math.max(1, row.calls)))}</td>
        ${yuan && html`<td class="number">${money((row.yuan / Math.max(1, row.calls)) * 1e6)}</td><td class="number">${money(row.yuan)}</td>
          <td class="share"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${(row.yuan / most) * 100} height="8" /></svg></td>`}
      </tr>`;
    })}</tbody></table></div>`;
}

function Curve({ operation, state, go }) {
  const measures = state.prices ? [["yuan", `${state.prices.currency} per million`], ...MEASURES] : MEASURES;
  const [measure, setMeasure] = useState(measures[0][0]);
  const { data } = useAsked("curve", { operation: operation.name }, 2000);
  const points = (data ? data.points : []).map((point) => ({
    ...point,
    value: measure === "yuan" ? point.yuan * 1e6 : named(state.quantities, point.whole)[measure],
  }));
  const shown = measure === "yuan" ? money : rounded;
  return html`<section class="curve" aria-label=${`Curve of ${operation.name}`}>
    <header class="bar"><h3>${operation.name}, call by call</h3>
      <label>Measure <select value=${measure} onChange=${(event) => setMeasure(event.target.value)}>
        ${measures.map(([name, title]) => html`<option value=${name}>${title}</option>`)}</select></label></header>
    ${points.length > 0 && html`<${Plot} points=${points} shown=${shown} go=${go} />`}
  </section>`;
}

const [WIDE, HIGH, LEFT, LOW] = [900, 180, 70, 22];

function Plot({ points, shown, go }) {
  const most = Math.max(...points.map((point) => point.value), 1e-12);
  const x = (at) => LEFT + ((WIDE - LEFT - 10) * (at + 0.5)) / points.length;
  const y = (value) => HIGH - LOW - (HIGH - LOW - 12) * (value / most);
  const mean = points.reduce((sum, point) => sum + point.value, 0) / points.length;
  return html`<svg class="plot" viewBox="0 0 ${WIDE} ${HIGH}" role="img"
      aria-label=${`${points.length} calls, mean ${shown(mean)}, most ${shown(most)}`}>
    ${[0, 0.5, 1].map((part) => html`<line class="grid" x1=${LEFT} x2=${WIDE - 10} y1=${y(most * part)} y2=${y(most * part)} />
      <text x=${LEFT - 6} y=${y(most * part) + 4} text-anchor="end">${shown(most * part)}</text>`)}
    <line class="mean" x1=${LEFT} x2=${WIDE - 10} y1=${y(mean)} y2=${y(mean)} />
    <polyline points=${points.map((point, at) => `${x(at)},${y(point.value)}`).join(" ")} />
    ${points.map((point, at) => html`<circle cx=${x(at)} cy=${y(point.value)} r=${points.length > 100 ? 2 : 3.5}
      onClick=${() => go(`invocations/${point.number}`)}><title>${clock(point.submitted_ms)}: ${shown(point.value)}${point.descendants
      ? `, ${point.descendants} below` : ""}</title></circle>`)}
    <text x=${LEFT} y=${HIGH - 4}>${clock(points[0].submitted_ms)}</text>
    <text x=${WIDE - 10} y=${HIGH - 4} text-anchor="end">${clock(points.at(-1).submitted_ms)}</text>
  </svg>`;
}
