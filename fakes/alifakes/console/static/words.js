// How numbers, times and texts are shown.
const grouped = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export const count = (number) => (number === null || number === undefined ? "" : grouped.format(number));
export const rounded = (number) => short.format(number);

export function ms(value) {
  if (value === null || value === undefined) return "";
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value) {
  if (value < 1024) return `${value} B`;
  return value < 2 ** 20 ? `${(value / 1024).toFixed(1)} KB` : `${(value / 2 ** 20).toFixed(1)} MB`;
}

export function money(yuan) {
  if (yuan === null || yuan === undefined) return "";
  if (yuan === 0) return "0";
  return yuan >= 0.01 ? yuan.toFixed(yuan < 1 ? 4 : 2) : yuan.toPrecision(3);
}

const two = (number) => String(number).padStart(2, "0");

export function clock(at) {
  if (!at) return "";
  const date = new Date(at);
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

export function day(at) {
  if (!at) return "";
  const date = new Date(at);
  const calendar = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${calendar} ${clock(at).slice(0, 8)}`;
}

// JSON as a tree of lines where it is JSON, even where it is JSON within JSON's body
export function pretty(text) {
  try {
    const value = JSON.parse(text);
    if (value && typeof value.body === "string" && !value.isBase64Encoded) {
      try {
        value.body = JSON.parse(value.body);
      } catch {
        // a text
      }
    }
    return JSON.stringify(value, null, 2);
  } catch {
    return text;
  }
}

export function outcome(status) {
  if (["queued", "retrying", "throttled"].includes(status)) return "waiting";
  if (status === "running") return "running";
  if (["error", "expired", "dropped", "429"].includes(status) || (/^\d+$/.test(status) && Number(status) >= 500))
    return "failed";
  return /^4\d\d$/.test(status) ? "refused" : "done";
}
