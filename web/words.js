// Two languages: what is said, how times, counts and money are written, and which language a text seems to be in.

import { computed, signal } from "./html.js";
import { keep, kept } from "./memory.js";
import en from "./words/en.js";
import zh from "./words/zh.js";

const SPOKEN = { zh, en };
export const language = signal(kept("language") ?? (/^zh\b/i.test(navigator.language) ? "zh" : "en"));
export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en"));

export function speak(chosen) {
  language.value = chosen;
  keep("language", chosen);
}

/** The words of this name; some need to be told what they are about. */
export function say(name, ...about) {
  const words = SPOKEN[language.value][name];
  if (words === undefined) throw new Error(`There are no words for ${name}.`);
  return typeof words === "function" ? words(...about) : words;
}

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function ago(time) {
  const seconds = (new Date(time) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? [];
  if (!unit) return say("justNow");
  return new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

export function moment(time) {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
}

export function count(number) {
  const style = number < 10_000 ? {} : { notation: "compact", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(locale.value, style).format(number);
}

export function yuan(fen) {
  return new Intl.NumberFormat(locale.value, { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol" }).format(fen / 100);
}

/** For the `lang` of what people have written, so that it is set and read aloud as what it is. */
export function languageOf(text) {
  return /[\u3400-\u9fff]/.test(text) ? "zh-CN" : "en";
}

/** Without the blanks that summaries have where paragraphs met: Chinese has none between sentences. */
export function tidy(text) {
  return text.replace(/([\u3000-\u30ff\uff00-\uffef”’…]) (?=[\u3000-\u9fff\uff00-\uffef“‘])/g, "$1");
}

/** What went wrong, in words for whoever is looking. */
export function tell(trouble) {
  if (trouble.status === 429) return say("tooFast", trouble.waitS);
  if (trouble.status === 503) return say("busy");
  if (trouble.status === 0) return say(trouble.code === "offline" ? "offline" : "unreachable");
  const known = `trouble_${trouble.code}`;
  if (SPOKEN[language.value][known] !== undefined) return say(known);
  const why = Object.values(trouble.fields ?? {}).join(" ");
  return trouble.status && trouble.status < 500 ? say("refused", why || trouble.message) : say("failed");
}
