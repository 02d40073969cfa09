// A list read page by page, by its cursors: nothing is left out, nothing comes twice, and going back finds it as it was.

import { batch, effect, signal, useEffect, useMemo } from "./html.js";
import { get, Trouble } from "./api.js";
import { place } from "./router.js";
import { me } from "./session.js";

const KEPT = 12;
const EMPTY_PAGES = 5;
const walks = new Map();

effect(() => {
  me.value;
  walks.clear(); // what one may see is not what another may
});

/** `cursor` is undefined before the first page, null behind the last. `meet` is told of every page. */
export class Walk {
  items = signal([]);
  cursor = signal(undefined);
  busy = signal(false);
  trouble = signal(null);
  #seen = new Set();
  #turn = 0; // a restart forgets the pages that are still on their way

  constructor(path, query, idOf, meet) {
    Object.assign(this, { path, query, idOf, meet });
  }

  /** The next page that has anything new. */
  async more() {
    if (this.busy.value || this.cursor.value === null) return;
    const turn = this.#turn;
    batch(() => {
      this.busy.value = true;
      this.trouble.value = null;
    });
    try {
      for (let empty = 0, fresh = 0; fresh === 0 && this.cursor.value !== null && empty < EMPTY_PAGES; empty += 1) {
        const page = await get(this.path, { ...this.query, cursor: this.cursor.value });
        if (turn !== this.#turn) return;
        fresh = this.#take(page);
      }
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (turn === this.#turn) this.trouble.value = trouble;
    } finally {
      if (turn === this.#turn) this.busy.value = false;
    }
  }

  #take(page) {
    const fresh = page.items.filter((item) => !this.#seen.has(this.idOf(item)));
    for (const item of fresh) this.#seen.add(this.idOf(item));
    batch(() => {
      this.items.value = [...this.items.value, ...fresh];
      this.cursor.value = page.next_cursor;
    });
    this.meet?.(page);
    return fresh.length;
  }

  /** After a failure: the same page once more, or all anew where its cursor was refused. */
  again() {
    if (this.trouble.value?.status === 400) this.restart();
    else this.more();
  }

  restart() {
    this.#turn += 1;
    this.#seen.clear();
    batch(() => {
      this.items.value = [];
      this.cursor.value = undefined;
      this.busy.value = false;
    });
    return this.more();
  }

  drop(id) {
    this.items.value = this.items.value.filter((item) => this.idOf(item) !== id);
  }
}

/** The walk of this visit's page through this list. */
export function useWalk(path, { query = {}, idOf = (item) => item.id, meet } = {}) {
  const name = [place.value.key, me.value, path, JSON.stringify(query)].join(" ");
  const walk = useMemo(() => walks.get(name) ?? new Walk(path, query, idOf, meet), [name]);
  useEffect(() => {
    walks.delete(name);
    walks.set(name, walk);
    if (walks.size > KEPT) walks.delete(walks.keys().next().value);
    if (walk.cursor.value === undefined) walk.more();
  }, [walk]);
  return walk;
}
