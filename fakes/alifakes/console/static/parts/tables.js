// The tables of the Tablestore emulator, a range of rows at a time.
import { html, useEffect, useState } from "../base.js";
import { get, useAsked } from "../api.js";
import { day, pretty } from "../words.js";

const PAGE = 50;

export function Tables({ place }) {
  const { data, error } = useAsked("tables", {}, 5000);
  const [instance, name] = place;
  if (!data) return html`<p class=${error ? "problem" : "empty"}>${error || "…"}</p>`;
  const instances = Object.entries(data.instances);
  if (!instances.length) return html`<p class="empty">No instance of Tablestore has been asked for yet.</p>`;
  const table = (data.instances[instance] || []).find((each) => each.name === name);
  return html`<div class="browse">
    <nav aria-label="Tables">${instances.map(([each, tables]) => html`<h3>${each}</h3>
      <ul>${tables.map((one) => html`<li class=${one.index_of ? "index" : ""}>
        <a href=${`#tables/${each}/${one.name}`} aria-current=${each === instance && one.name === name ? "page" : undefined}>
          ${one.name}</a></li>`)}</ul>`)}</nav>
    ${table
      ? html`<${Rows} key=${`${instance}/${name}`} instance=${instance} table=${table} />`
      : html`<p class="empty">Choose a table.</p>`}
  </div>`;
}

function Rows({ instance, table }) {
  const [range, setRange] = useState({ within: [], backward: false });
  const [pages, setPages] = useState([null]);
  const [row, setRow] = useState(null);
  const from = pages[pages.length - 1];
  const query = {
    instance,
    table: table.name,
    limit: PAGE,
    within: range.within.length ? JSON.stringify(range.within) : undefined,
    backward: range.backward ? 1 : undefined,
    from: from ? JSON.stringify(from) : undefined,
  };
  const { data, error, again } = useAsked("rows", query);
  const ask = (next) => {
    setPages([null]);
    setRange(next);
  };
  const columns = data ? [...new Set(data.rows.flatMap(({ cells }) => cells.map((cell) => cell.name)))] : [];
  return html`<section aria-label=${table.name}>
    <h2>${table.name} <small>${about(table)}</small></h2>
    <${Range} table=${table} range=${range} ask=${ask} again=${again} />
    ${error && html`<p class="problem" role="alert">${error}</p>`}
    ${data && data.rows.length === 0 && html`<p class="empty">No row lies there.</p>`}
    ${data && data.rows.length > 0 && html`<div class="scroll"><table><thead><tr>
        ${table.keys.map((key) => html`<th scope="col" class="key">${key.name}</th>`)}
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${data.rows.map((each) => html`<${Line} each=${each} columns=${columns} chosen=${row && same(row, each)}
        choose=${() => setRow(each)} />`)}</tbody></table></div>`}
    <p class="bar">
      <button type="button" disabled=${pages.length === 1} onClick=${() => setPages(pages.slice(0, -1))}>Back</button>
      <button type="button" disabled=${!data || !data.next} onClick=${() => setPages([...pages, data.next])}>Further</button>
      <span class="said">page ${pages.length}</span>
    </p>
  </section>
  ${row && html`<${Whole} instance=${instance} table=${table} row=${row} close=${() => setRow(null)} />`}`;
}

const same = (one, other) => JSON.stringify(one.key) === JSON.stringify(other.key);

function about(table) {
  const parts = [];
  if (table.index_of) parts.push(`index of ${table.index_of}`);
  if (table.ttl_s > 0) parts.push(`rows live ${Math.round(table.ttl_s / 86_400)} days`);
  if (table.versions > 1) parts.push(`${table.versions} versions`);
  if (table.search_indexes.length) parts.push(`search index ${table.search_indexes.join(", ")}`);
  return parts.join(" · ");
}

function Range({ table, range, ask, again }) {
  const [texts, setTexts] = useState(table.keys.map(() => ""));
  const submit = (event) => {
    event.preventDefault();
    const given = texts.findIndex((text) => text === "");
    ask({ ...range, within: given === -1 ? texts : texts.slice(0, given) });
    again();
  };
  return html`<form class="bar" onSubmit=${submit}>
    ${table.keys.map((key, at) => html`<label>${key.name} <input value=${texts[at]} placeholder=${key.type.toLowerCase()}
      disabled=${at > 0 && texts[at - 1] === ""}
      onInput=${(event) => setTexts(texts.map((text, other) => (other === at ? event.target.value : text)))} /></label>`)}
    <button type="submit" class="main">Read</button>
    <label><input type="checkbox" checked=${range.backward}
      onChange=${() => ask({ ...range, backward: !range.backward })} /> backward</label>
  </form>`;
}

function Line({ each, columns, chosen, choose }) {
  const cells = Object.fromEntries(each.cells.map((cell) => [cell.name, cell]));
  const onKey = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose();
    }
  };
  return html`<tr tabindex="0" class=${chosen ? "chosen" : ""} onClick=${choose} onKeyDown=${onKey}>
    ${each.key.map((value) => html`<td class="key">${value.text}</td>`)}
    ${columns.map((column) => html`<td class="cell">${cells[column] ? shown(cells[column]) : ""}</td>`)}</tr>`;
}

const shown = (cell) => (cell.text.length > 60 ? `${cell.text.slice(0, 60)}…` : cell.text);

function Whole({ instance, table, row, close }) {
  const [whole, setWhole] = useState({ row: null, error: "" });
  const key = JSON.stringify(row.key.map((value) => value.text));
  useEffect(() => {
    get("rows", { instance, table: table.name, within: key }).then(
      (answer) => setWhole({ row: answer.rows[0] || null, error: answer.rows.length ? "" : "The row is gone." }),
      (error) => setWhole({ row: null, error: error.message }),
    );
  }, [key]);
  const each = whole.row || row;
  return html`<aside aria-label="One row">
    <header class="head"><h3>One row</h3><button type="button" aria-label="Close" onClick=${close}>×</button></header>
    ${whole.error && html`<p class="problem">${whole.error}</p>`}
    <dl>${each.key.map((value) => html`<dt>${value.name} <small>${value.type} key</small></dt><dd><code>${value.text}</code></dd>`)}
      ${each.cells.map((cell) => html`<dt>${cell.name} <small>${cell.type} · ${day(cell.timestamp)}</small></dt>
        <dd><pre>${pretty(cell.text)}</pre></dd>`)}</dl>
  </aside>`;
}
