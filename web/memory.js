// What this browser remembers from visit to visit, where it lets pages do so.

const PREFIX = "feed.";

export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Forgets it where the value is null. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // a private window may refuse; then the next visit starts anew
  }
}
