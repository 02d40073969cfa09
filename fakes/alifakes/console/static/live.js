// What the server tells without being asked: records by number, and how the emulator is.
import { get } from "./api.js";
import { useEffect, useState } from "./base.js";

const KEPT = 3000;

const records = new Map();
// `shown` stands still while it is paused
export const live = { shown: records, status: {}, connected: false, version: 0, paused: false };
const watchers = new Set();
let behind = false;

function tell() {
  live.version += 1;
  for (const watcher of watchers) watcher(live.version);
}

export function put(changed) {
  for (const record of changed) records.set(record.number, record);
  if (records.size > KEPT * 1.2) {
    const oldest = [...records.keys()].sort((a, b) => a - b).slice(0, records.size - KEPT);
    for (const number of oldest) records.delete(number);
  }
}

async function catchUp() {
  if (behind) return;
  behind = true;
  try {
    put((await get("invocations")).records);
  } finally {
    behind = false;
    tell();
  }
}

export function follow() {
  const source = new EventSource("api/events");
  source.addEventListener("hello", (event) => {
    live.connected = true;
    live.status = JSON.parse(event.data);
    records.clear(); // numbers begin again with the emulator
    catchUp();
  });
  source.addEventListener("changes", (event) => {
    const { records: changed, more, ...status } = JSON.parse(event.data);
    live.status = status;
    put(changed);
    if (more) catchUp();
    tell();
  });
  source.addEventListener("error", () => {
    live.connected = false;
    tell();
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
  });
}

export function pause(on) {
  live.paused = on;
  live.shown = on ? new Map(records) : records;
  tell();
}

export function useLive() {
  const [, setVersion] = useState(0);
  useEffect(() => {
    watchers.add(setVersion);
    return () => watchers.delete(setVersion);
  }, []);
  return live;
}
