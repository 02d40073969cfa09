// What waits, what was given up, and whom results were told to.
import { html } from "../base.js";
import { useAsked } from "../api.js";
import { clock, count, outcome, pretty } from "../words.js";

export function Queue({ go }) {
  const { data, error } = useAsked("queue", {}, 1000);
  if (!data) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  return html`<div class="page">
    <h2>Waiting <small>${count(data.waiting_count)}</small></h2>
    <${Records} records=${data.waiting} now=${data.now_ms} go=${go} empty="Nothing is queued, throttled or to be tried again." />
    <h2>Dead letters <small>given up after the last attempt, too old, or too large</small></h2>
    <${Records} records=${data.dead} go=${go} empty="Nothing that is kept was given up." />
    <h2>Results told <small>to destinations</small></h2>
    ${data.deliveries.length === 0
      ? html`<p class="empty">No function of this project has told one.</p>`
      : html`<div class="scroll"><table><thead><tr><th scope="col">Function</th><th scope="col">Destination</th><th scope="col">Event</th></tr></thead>
        <tbody>${data.deliveries.map((each) => html`<tr><td>${each.function}<br /><code>${each.request_id}</code></td>
          <td><code>${each.destination}</code></td>
          <td><details><summary>${each.event.requestContext.condition || "Success"}</summary>
            <pre>${pretty(JSON.stringify(each.event))}</pre></details></td></tr>`)}</tbody></table></div>`}
  </div>`;
}

// `now` is the queue's clock where records wait
function Records({ records, now, go, empty }) {
  if (!records.length) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll"><table><thead><tr><th scope="col">Time</th><th scope="col">Function</th><th scope="col">Outcome</th>
      <th class="number" scope="col">Attempts</th>${now && html`<th scope="col">Next</th>`}<th></th></tr></thead>
    <tbody>${records.map((record) => html`<tr><td class="time">${clock(record.submitted_ms)}</td>
      <td><b>${record.function}</b> <span class="what">${record.label || record.kind}</span></td>
      <td><span class=${`outcome ${outcome(record.status)}`}>${record.status}</span></td>
      <td class="number">${record.attempts}</td>
      ${now && html`<td class="time">${record.due_ms && html`${clock(record.due_ms)} <small>in ${Math.max(0, Math.ceil((record.due_ms - now) / 1000))} s</small>`}</td>`}
      <td><button type="button" onClick=${() => go(`invocations/${record.number}`)}>Look</button></td></tr>`)}</tbody></table></div>`;
}
