// What goes wrong on request: in Tablestore, with Alipay's notifications, and invocations that are delivered twice.
import { html, useState } from "../base.js";
import { ask, useAsked } from "../api.js";
import { Act } from "./act.js";

const TABLESTORE = ["throttle", "partial", "lost_answer", "disconnect", "delay", "unavailable", "partition_unavailable",
  "timeout", "internal", "conflict", "not_ready", "not_enough_capacity", "capacity_exhausted", "flow_control", "quota",
  "no_permission", "request_timeout", "session_busy", "bad_signature", "wrong_md5"];
const APIS = ["GetRow", "PutRow", "UpdateRow", "DeleteRow", "GetRange", "BatchGetRow", "BatchWriteRow", "Search"];
const ALIPAY = ["duplicate", "delay", "reorder", "drop", "tamper", "silent"];

export function Faults({ state }) {
  return html`<div class="page">
    <h2>Faults</h2>
    ${state.emulators.tablestore
      ? html`<${Rules} of="tablestore" title="Tablestore" kinds=${TABLESTORE} fields=${["api", "table", "count", "probability", "delay_ms"]} />`
      : html`<p class="empty">The console was not told where Tablestore is.</p>`}
    ${state.emulators.alipay && html`<${Rules} of="alipay" title="Alipay's notifications" kinds=${ALIPAY}
      fields=${["event", "count", "times", "delay_ms"]} />`}
    <${Twice} state=${state} />
  </div>`;
}

function Rules({ of, title, kinds, fields }) {
  const { data, error, again } = useAsked("faults", { of }, 2000);
  const [rule, setRule] = useState({ kind: kinds[0], count: "1" });
  const { data: tables } = useAsked("tables");
  const set = (name) => (event) => setRule({ ...rule, [name]: event.target.value });
  const add = async () => {
    await ask("POST", "faults", { of }, [written(rule, fields)]);
    again();
  };
  const clear = async () => {
    await ask("DELETE", "faults", { of });
    again();
  };
  return html`<h3>${title}</h3>
    ${error && html`<p class="problem" role="alert">${error}</p>`}
    <ul class="rules">${(data || []).map((each) => html`<li class=${each.count === 0 ? "spent" : ""}>
      <b>${each.kind}</b> ${told(each, fields)}</li>`)}</ul>
    ${data && data.length > 0 && html`<${Act} act=${clear}>Clear all of them<//>`}
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <label>Kind <select value=${rule.kind} onChange=${set("kind")}>
        ${kinds.map((kind) => html`<option>${kind}</option>`)}</select></label>
      ${fields.map((name) => html`<label>${name} <input class="short" list=${LISTS[name]}
        value=${rule[name] || ""} placeholder=${HINTS[name]} onInput=${set(name)} /></label>`)}
      ${fields.includes("table") && html`<datalist id="tables">${names(tables).map((table) => html`<option value=${table}></option>`)}</datalist>`}
      ${fields.includes("api") && html`<datalist id="apis">${APIS.map((api) => html`<option value=${api}></option>`)}</datalist>`}
      <${Act} act=${add} kind="main">Switch on<//>
    </form>`;
}

const LISTS = { api: "apis", table: "tables" };
const names = (tables) => Object.values(tables?.instances || {}).flatMap((each) => each.map(({ name }) => name));

const HINTS = { api: "any", table: "any", event: "any", count: "ever", probability: "1", delay_ms: "0", times: "2" };
const NUMBERS = new Set(["count", "probability", "delay_ms", "times"]);

function written(rule, fields) {
  const named = { kind: rule.kind };
  for (const name of fields) {
    if (rule[name]) named[name] = NUMBERS.has(name) ? Number(rule[name]) : rule[name];
  }
  return named;
}

function told(rule, fields) {
  const parts = fields.filter((name) => rule[name] !== null && String(rule[name]) !== HINTS[name] && name !== "count");
  const times = rule.count === null ? "ever again" : rule.count === 0 ? "used up" : `${rule.count} more`;
  return [...parts.map((name) => `${name} ${rule[name]}`), times].join(" · ");
}

function Twice({ state }) {
  const [order, setOrder] = useState({ function: state.project.functions[0].address, count: 1 });
  return html`<h3>Delivered twice</h3>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <label>Function <select value=${order.function} onChange=${(event) => setOrder({ ...order, function: event.target.value })}>
        ${state.project.functions.map(({ address }) => html`<option>${address}</option>`)}</select></label>
      <label>Next <input class="short" type="number" min="0" value=${order.count}
        onInput=${(event) => setOrder({ ...order, count: Number(event.target.value) })} /> asynchronous invocations</label>
      <${Act} kind="main" act=${async () => {
        await ask("POST", "duplicates", {}, order);
        return "switched on";
      }}>Switch on<//>
    </form>`;
}
