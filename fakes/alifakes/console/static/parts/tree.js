// The invocations that nothing else here asked for, newest first, each with what it led to below it.
import { Component, html, useEffect, useMemo, useRef, useState } from "../base.js";
import { get, useAsked } from "../api.js";
import { live, pause, put, useLive } from "../live.js";
import { clock, count, ms, outcome } from "../words.js";
import { Detail } from "./detail.js";
import { Faults } from "./faults.js";

const ROOTS = 200;
const WIDTH = 1000;

export function Invocations({ state, selected, go }) {
  const { shown, paused, version } = useLive();
  const [open, setOpen] = useState(new Set());
  const [filter, setFilter] = useState({ function: "", outcome: "", words: "" });
  const [breaking, setBreaking] = useState(false);
  const filtered = Object.values(filter).some(Boolean);
  const rows = useMemo(() => (filtered ? [] : listed(shown, open)), [version, open, filtered, shown]);
  const toggle = (number, on) => {
    const next = new Set(open);
    if (on ?? !open.has(number)) next.add(number);
    else next.delete(number);
    setOpen(next);
    if (next.has(number) && live.connected) get("tree", { number }).then((tree) => put(tree.records), () => {});
  };
  const show = async (number) => {
    setFilter({ function: "", outcome: "", words: "" });
    go(`invocations/${number}`);
    const record = shown.get(number);
    if (record && record.root !== number) openAbove(shown, record, open, setOpen);
  };
  return html`<div class="split">
    <section aria-label="Invocations">
      <${Filters} state=${state} filter=${filter} setFilter=${setFilter}>
        <button type="button" aria-pressed=${paused} onClick=${() => pause(!paused)}>
          ${paused ? "Go on" : "Hold still"}
        </button>
        <button type="button" aria-pressed=${breaking} onClick=${() => setBreaking(!breaking)}>Break things</button>
      <//>
      ${filtered
        ? html`<${Found} filter=${filter} selected=${selected} go=${go} version=${version} />`
        : html`<${Rows} rows=${rows} open=${open} toggle=${toggle} selected=${selected} go=${go} />`}
    </section>
    ${breaking
      ? html`<aside aria-label="Faults"><${Faults} state=${state} /></aside>`
      : selected
        ? html`<aside aria-label="One invocation">
            <${Detail} number=${selected} state=${state} show=${show} close=${() => go("invocations")} />
          </aside>`
        : null}
  </div>`;
}

function Filters({ state, filter, setFilter, children }) {
  const words = useRef();
  useEffect(() => {
    const onKey = (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
        event.preventDefault();
        words.current.focus();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const set = (name) => (event) => setFilter({ ...filter, [name]: event.target.value });
  return html`<form class="bar" onSubmit=${(event) => event.preventDefault()}>
    <label>Function <select value=${filter.function} onChange=${set("function")}>
      <option value="">all</option>
      ${state.project.functions.map(({ address }) => html`<option value=${address}>${address}</option>`)}
    </select></label>
    <label>Outcome <select value=${filter.outcome} onChange=${set("outcome")}>
      <option value="">all</option>
      ${["failed", "running", "waiting", "done"].map((name) => html`<option value=${name}>${name}</option>`)}
    </select></label>
    <label>Find <input type="search" ref=${words} value=${filter.words} placeholder="path or id ( / )"
      onInput=${set("words")} /></label>
    <span class="gap"></span>
    ${children}
  </form>`;
}

// What the filter finds, wherever in its tree.
function Found({ filter, selected, go, version }) {
  const { data, error, again } = useAsked("invocations", filter);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, 1000 - (Date.now() - last.current));
    const timer = setTimeout(() => {
      last.current = Date.now();
      again();
    }, wait);
    return () => clearTimeout(timer);
  }, [version]);
  if (error) return html`<p class="problem" role="alert">${error}</p>`;
  const rows = scaled((data ? data.records : []).toReversed().map((record) => (
    { record, depth: 0, below: 0, span: spanOf([record]), closed: true })));
  if (data && !rows.length) return html`<p class="empty">No invocation that is kept is like this.</p>`;
  return html`<${Rows} rows=${rows} open=${new Set()} toggle=${() => {}} selected=${selected} go=${go} flat />`;
}

function Rows({ rows, open, toggle, selected, go, flat }) {
  const onKey = (event) => {
    const row = event.target.closest("tr[data-number]");
    if (!row) return;
    const number = Number(row.dataset.number);
    const act = {
      ArrowDown: () => row.nextElementSibling?.focus(),
      ArrowUp: () => row.previousElementSibling?.focus(),
      ArrowRight: () => toggle(number, true),
      ArrowLeft: () => toggle(number, false),
      Enter: () => go(`invocations/${number}`),
      " ": () => toggle(number),
      Escape: () => go("invocations"),
    }[event.key];
    if (!act || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    act();
  };
  if (!rows.length) return html`<p class="empty">Nothing has run yet. What functions do shows here by itself.</p>`;
  const first = rows.some(({ record }) => record.number === selected) ? selected : rows[0].record.number;
  return html`<div class="scroll"><table class="tree" role="treegrid" aria-label="Invocations" onKeyDown=${onKey}>
    <thead><tr>
      <th scope="col" class="time">Time</th><th scope="col">Invocation</th><th scope="col">Outcome</th>
      <th scope="col" class="number took">Took</th><th scope="col" class="when">When</th>
      <th scope="col" class="number" title="to Tablestore; of a tree's root, with all that it led to">Requests</th>
      <th scope="col" class="number" title="read capacity units">Read</th>
      <th scope="col" class="number" title="write capacity units">Write</th>
    </tr></thead>
    <tbody>
      ${rows.map(({ record, depth, below, span }) => html`<${Row} key=${record.number} record=${record} depth=${depth}
        below=${below} span=${span} opened=${open.has(record.number)} toggle=${toggle} go=${go} flat=${flat}
        chosen=${record.number === selected} reached=${record.number === first} />`)}
    </tbody>
  </table></div>`;
}

class Row extends Component {
  shouldComponentUpdate(next) {
    const now = this.props;
    return ["record", "depth", "below", "opened", "chosen", "reached"].some((name) => now[name] !== next[name])
      || ["from", "to", "end"].some((name) => now.span[name] !== next.span[name]);
  }

  componentDidMount() {
    this.componentDidUpdate({ chosen: false });
  }

  componentDidUpdate(was) {
    if (this.props.chosen && !was.chosen) this.row.scrollIntoView({ block: "nearest" });
  }

  render({ record, depth, below, span, opened, toggle, go, flat, chosen, reached }) {
    const has = !flat && (record.descendants > 0 || below > 0);
    const sums = record.whole && !opened ? record.whole : record.own;
    const [, , , requests, , read, write] = sums;
    const result = outcome(record.status);
    return html`<tr ref=${(row) => (this.row = row)} data-number=${record.number} tabindex=${reached ? 0 : -1} aria-level=${depth + 1}
        aria-expanded=${has ? opened : undefined} aria-selected=${chosen} class=${chosen ? "chosen" : ""}
        onClick=${() => go(`invocations/${record.number}`)}>
      <td class="time">${clock(record.submitted_ms)}</td>
      <td class="name"><span class="indent">${"  ".repeat(Math.min(depth, 12))}</span>${has
        ? html`<button type="button" class="twist" tabindex="-1" aria-label=${opened ? "Close" : "Open"}
            onClick=${(event) => (event.stopPropagation(), toggle(record.number))}>${opened ? "▾" : "▸"}</button>`
        : html`<span class="twist"></span>`}
        <b>${record.function}</b>
        ${has && record.descendants ? html` <span class="more">${count(record.descendants)} below</span>` : null}
        ${record.cold ? html` <span class="cold" title="the instance was started for it">cold</span>` : null}
        ${record.attempts > 1 ? html` <span class="again">${record.attempts} attempts</span>` : null}
        ${" "}<span class="what">${record.label || record.kind}</span></td>
      <td><span class=${`outcome ${result}`}>${record.status}</span>${record.failed > 0 && result !== "failed"
        ? html` <span class="outcome failed" title="below it">${record.failed} failed</span>` : null}</td>
      <td class="number took">${ms(record.duration_ms)}</td>
      <td class="when"><${Bar} record=${record} span=${span} result=${result} /></td>
      <td class="number">${count(requests)}</td><td class="number">${count(read)}</td>
      <td class="number">${count(write)}</td>
    </tr>`;
  }
}

function Bar({ record, span, result }) {
  const { from, to, end = to } = span;
  const at = (time) => Math.max(0, Math.min(WIDTH, ((time - from) / Math.max(1, to - from)) * WIDTH));
  const began = record.began_ms ?? to;
  const ended = record.ended_ms ?? (record.began_ms ? end : began);
  const width = (a, b) => Math.max(4, at(b) - at(a));
  return html`<svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="waited" x=${at(record.submitted_ms)} y="4" height="2" width=${width(record.submitted_ms, began)} />
    ${end > ended && html`<rect class="below" x=${at(ended)} y="3" height="4" width=${width(ended, end)} />`}
    ${record.began_ms && html`<rect class=${`ran ${result}`} x=${Math.min(at(began), WIDTH - 4)} y="1" height="8"
      width=${width(began, ended)} />`}
  </svg>`;
}

// A closed root's bar begins at the left, all at one scale, so that lengths can be compared; an open tree has its own.
// Rows from the newest root down; what is open shows its children in the order in which they were asked for.
function listed(shown, open) {
  const below = new Map();
  const roots = [];
  for (const record of shown.values()) {
    if (record.parent !== null && shown.has(record.parent)) {
      if (!below.has(record.parent)) below.set(record.parent, []);
      below.get(record.parent).push(record);
    } else roots.push(record);
  }
  roots.sort((a, b) => b.number - a.number);
  const rows = [];
  for (const root of roots.slice(0, ROOTS)) {
    const tree = [];
    const add = (record, depth) => {
      const children = below.get(record.number) || [];
      tree.push({ record, depth, below: children.length });
      if (open.has(record.number)) children.sort((a, b) => a.number - b.number).forEach((each) => add(each, depth + 1));
    };
    add(root, 0);
    const span = spanOf(everything(root, below));
    rows.push(...tree.map((row) => ({ ...row, span, closed: tree.length === 1 })));
  }
  return scaled(rows);
}

function scaled(rows) {
  const longest = Math.max(1, ...rows.filter(({ closed }) => closed).map(({ span }) => span.to - span.from));
  for (const row of rows) if (row.closed) row.span = { from: row.span.from, to: row.span.from + longest, end: row.span.to };
  return rows;
}

function everything(root, below) {
  const found = [root];
  for (let at = 0; at < found.length; at += 1) found.push(...(below.get(found[at].number) || []));
  return found;
}

function spanOf(records) {
  const from = records[0].submitted_ms;
  const to = Math.max(...records.map((record) => record.ended_ms || record.began_ms || record.submitted_ms));
  return { from, to: Math.max(to, from + 1) };
}

function openAbove(shown, record, open, setOpen) {
  const next = new Set(open);
  for (let at = shown.get(record.parent); at; at = shown.get(at.parent)) next.add(at.number);
  setOpen(next);
}
