// The only place that asks the API: tokens, patience with a busy server, and every failure as one kind of error.

import { signal } from "./html.js";
import { config, guestId, person, renew } from "./session.js";

const TIMEOUT_MS = 20_000;
const TRIES = 3;
const LONGEST_WAIT_S = 3;

export const online = signal(navigator.onLine);
addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

/** `status` is 0 where no answer came; `until` is when to try again, in ms of Date.now. */
export class Trouble extends Error {
  constructor(status, { code = "unreachable", message = "", fields = {} } = {}, waitS = 0) {
    super(message || code);
    Object.assign(this, { status, code, fields, until: Date.now() + waitS * 1000, waitS });
  }
}

export const get = (path, query, signal) => call("GET", path, { query, signal });
/** `key` is an Idempotency-Key: the same act, sent again, happens once. */
export const post = (path, body, key) => call("POST", path, { body, key });
export const put = (path, body) => call("PUT", path, { body });
export const patch = (path, body) => call("PATCH", path, { body });
export const remove = (path) => call("DELETE", path);

export const newKey = () => crypto.randomUUID?.() ?? guestId() + Date.now().toString(36);

/** The answer's JSON. Waits a little for a busy server where asking again is harmless. Throws Trouble. */
async function call(method, path, options = {}) {
  const repeatable = method !== "POST" || options.key;
  for (let tried = 1; ; tried += 1) {
    const token = person.value?.token;
    const trouble = await send(method, path, options);
    if (!(trouble instanceof Trouble)) return trouble;
    if (trouble.status === 401 && token && tried === 1 && (await renew(token))) continue;
    if (trouble.status !== 503 || !repeatable || tried === TRIES || trouble.waitS > LONGEST_WAIT_S) throw trouble;
    await new Promise((done) => setTimeout(done, trouble.waitS * 1000));
  }
}

async function send(method, path, { query, body, key, signal }) {
  const address = new URL(config.value.api + path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) if (value != null) address.searchParams.set(name, value);
  const ends = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await fetch(address, {
      method,
      headers: headers(body, key),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, ends]) : ends,
      cache: "no-store",
      credentials: "omit",
    });
    if (answer.ok) return answer.status === 204 ? null : await answer.json();
    const waitS = Number(answer.headers.get("Retry-After")) || 1;
    return new Trouble(answer.status, (await answer.json().catch(() => ({}))).error, waitS);
  } catch (error) {
    if (signal?.aborted) throw error;
    return new Trouble(0, { code: online.value ? "unreachable" : "offline" });
  }
}

function headers(body, key) {
  const known = person.value;
  return {
    ...(known ? { Authorization: `Bearer ${known.token}` } : { "X-Guest-Id": guestId() }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(key ? { "Idempotency-Key": key } : {}),
  };
}
