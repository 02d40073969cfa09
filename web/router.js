// Addresses: which page stands at one, going there without loading the site anew, and coming back to the same place.

import { signal } from "./html.js";

/** `key` is the visit's own: going back finds it again. `back` tells a return from a new visit. */
export const place = signal(here(false));
const heights = new Map();

history.scrollRestoration = "manual";
addEventListener("popstate", () => leave(true));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.origin !== location.origin) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.pathname.startsWith("/v1/")) return;
  event.preventDefault();
  go(link.pathname + link.search);
});

/** `replace` leaves no way back to where we are. */
export function go(address, { replace = false } = {}) {
  const state = { key: crypto.getRandomValues(new Uint32Array(2)).join("") };
  if (replace) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  leave(false);
}

/** Where the page of this visit was scrolled to when it was left; 0 for a new visit. */
export const height = () => (place.value.back ? (heights.get(place.value.key) ?? 0) : 0);

/** The first route whose pattern (`/users/:id`) the path has, with its parameters; null if none. */
export function match(routes, path) {
  const given = path.replace(/(.)\/$/, "$1").split("/");
  for (const [pattern, page] of routes) {
    const wanted = pattern.split("/");
    if (wanted.length !== given.length) continue;
    const parameters = {};
    const same = wanted.every((part, index) => {
      if (part.startsWith(":")) return /^[1-9]\d{0,15}$|^[0-9a-f]{32}$/.test((parameters[part.slice(1)] = given[index]));
      return part === given[index];
    });
    if (same) return { page, parameters };
  }
  return null;
}

function leave(back) {
  heights.set(place.value.key, scrollY);
  place.value = here(back);
}

function here(back) {
  return { path: location.pathname, query: new URLSearchParams(location.search), key: history.state?.key ?? "first", back };
}
