/** Units by their UCUM code, as Prometheus' names have them. */
const UNITS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tibibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "%": "percent",
};
const PER: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

const letters = (text: string): string => text.replace(/[^a-zA-Z0-9_:]+/g, "_");

/** A metric of OpenTelemetry's by the name that Prometheus gives it: its unit at the end, and `_total` after a counter's. */
export function metricName(name: string, unit: string, kind: "counter" | "gauge" | "other"): string {
  const words = letters(name)
    .split("_")
    .filter((word) => word !== "");
  const [main = "", per] = unit
    .replace(/\{[^}]*\}/g, "")
    .split("/", 2)
    .map((part) => part.trim());
  const suffixes = [
    ...wordsOf(wordOf(UNITS, main) ?? main, main !== "1"),
    ...(per === undefined || per === "" ? [] : ["per", wordOf(PER, per) ?? letters(per)]),
  ];
  const known = new Set(words);
  for (const suffix of suffixes) if (!known.has(suffix)) words.push(suffix);
  if (kind === "gauge" && unit === "1" && !known.has("ratio")) words.push("ratio");
  if (kind === "counter") return [...words.filter((word) => word !== "total"), "total"].join("_");
  const text = words.join("_");
  return /^\d/.test(text) ? `_${text}` : text;
}

/** Senders write units as they like: only what a table has of its own is one of its words. */
const wordOf = (table: Readonly<Record<string, string>>, unit: string): string | undefined =>
  Object.hasOwn(table, unit) ? table[unit] : undefined;

function wordsOf(text: string, isNamed: boolean): string[] {
  return isNamed && text !== ""
    ? letters(text)
        .split("_")
        .filter((word) => word !== "")
    : [];
}

/** An attribute as a label's name. */
export function labelName(key: string): string {
  const text = key.replace(/[^a-zA-Z0-9_]/g, "_");
  return /^\d/.test(text) ? `key_${text}` : text;
}
