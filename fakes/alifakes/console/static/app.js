// The console's page: what is shown is said by the address behind #.
import { html, render, useEffect, useState } from "./base.js";
import { useAsked } from "./api.js";
import { follow, useLive } from "./live.js";
import { bytes, count } from "./words.js";
import { Costs } from "./parts/costs.js";
import { Faults } from "./parts/faults.js";
import { Queue } from "./parts/queue.js";
import { Tables } from "./parts/tables.js";
import { Timers } from "./parts/timers.js";
import { Trades } from "./parts/trades.js";
import { Invocations } from "./parts/tree.js";

const PAGES = [
  ["invocations", "Invocations", null],
  ["queue", "Queue", null],
  ["costs", "Costs", null],
  ["tables", "Tables", "tablestore"],
  ["timers", "Timers and clock", null],
  ["faults", "Faults", null],
  ["trades", "Alipay", "alipay"],
];

const go = (place) => {
  location.hash = place;
};

function usePlace() {
  const read = () => location.hash.slice(1).split("/").map(decodeURIComponent);
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const change = () => setPlace(read());
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return place;
}

function App() {
  const { data: state, error, again } = useAsked("state");
  const { connected } = useLive();
  const [page, ...place] = usePlace();
  useEffect(() => {
    if (connected) again();
  }, [connected]);
  if (!state) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  const pages = PAGES.filter(([, , needs]) => !needs || state.emulators[needs]);
  const current = pages.some(([name]) => name === page) ? page : "invocations";
  document.title = `${state.project.name} · console`;
  return html`<header class="top">
      <h1>${state.project.name}</h1>
      <nav aria-label="Pages">${pages.map(([name, title]) => html`<a href=${`#${name}`}
        aria-current=${name === current ? "page" : undefined}>${title}<${Badge} name=${name} /></a>`)}</nav>
      <${Status} />
    </header>
    <main>${shown(current, state, place)}</main>`;
}

function shown(page, state, place) {
  if (page === "queue") return html`<${Queue} go=${go} />`;
  if (page === "costs") return html`<${Costs} state=${state} go=${go} />`;
  if (page === "tables") return html`<${Tables} place=${place} />`;
  if (page === "timers") return html`<${Timers} />`;
  if (page === "faults") return html`<${Faults} state=${state} />`;
  if (page === "trades") return html`<${Trades} />`;
  return html`<${Invocations} state=${state} selected=${Number(place[0]) || null} go=${go} />`;
}

function Badge({ name }) {
  const { status } = useLive();
  return name === "queue" && status.waiting ? html` <span class="badge">${count(status.waiting)}</span>` : null;
}

function Status() {
  const { status, connected } = useLive();
  const kept = `${count(status.kept)} invocations${status.forgotten ? `, ${count(status.forgotten)} forgotten` : ""}`;
  return html`<p class="status" role="status">
    ${status.problem && html`<span class="problem">${status.problem}</span>`}
    ${status.lost > 0 && html`<span class="problem">${count(status.lost)} requests were not counted</span>`}
    <span title=${`${bytes(status.held || 0)} of texts are kept`}>${connected ? kept : ""}</span>
    <span class=${connected ? "live on" : "live"}>${connected ? "live" : "not connected"}</span></p>`;
}

follow();
render(html`<${App} />`, document.body);
