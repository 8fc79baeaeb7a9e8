import { plainText } from "#core/plain-text.ts";
import { WRITTEN_TAGS_MAX } from "#core/schema/cel/check-tag-value.ts";
import { IS_MEANT, isOperationTag, OPERATIONS_MAX } from "#core/schema/cel/operation-tag.ts";
import type { Redact } from "#core/telemetry/redact-headers.ts";
import { redactTags } from "#core/telemetry/redact-tags.ts";

/** Of a value. */
export const VALUE_CHARS_MAX = 100;
/** Of all of a request: what would go beyond it is left out. */
const CHARS_MAX = 1400;
const TAGS_MAX = OPERATIONS_MAX + WRITTEN_TAGS_MAX;
/** Operations of objectives come first: no expression, however long, takes their room. */
const placeOf = (name: string): string => (isOperationTag(name) ? ` ${name}` : name);

/**
 * Values that a proxy wrote of a request for labels of metrics, by their expressions, as the one label that requests are counted by: a JSON
 * object in the order of its names, operations first; empty for none.
 */
export function formatTags(values: Iterable<readonly [string, string]>): string {
  let text = "";
  for (const [expression, value] of [...values]
    .sort(([a], [b]) => (placeOf(a) < placeOf(b) ? -1 : 1))
    .slice(0, TAGS_MAX)) {
    const longer = `${text}${text === "" ? "" : ","}${JSON.stringify(expression)}:${JSON.stringify(plainText(value, VALUE_CHARS_MAX))}`;
    if (longer.length + 2 <= CHARS_MAX) text = longer;
  }
  return text === "" ? "" : `{${text}}`;
}

/** What is no such text has none. */
export function parseTags(text: string): ReadonlyMap<string, string> {
  if (text === "" || text.length > CHARS_MAX) return new Map();
  try {
    return new Map(tagsIn(JSON.parse(text)));
  } catch {
    return new Map();
  }
}

/** The values in an object of somebody else's: what is no text is left out. */
export function tagsIn(said: unknown): (readonly [string, string])[] {
  if (typeof said !== "object" || said === null || Array.isArray(said)) return [];
  return Object.entries(said).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []));
}

/** The operations among them, which callers do not choose; the text itself where there is nothing else. */
export const operationsIn = (text: string): string =>
  text.includes('"@') ? formatTags([...parseTags(text)].filter(isOperation)) : "";

const isOperation = ([name, value]: readonly [string, string]): boolean => isOperationTag(name) && value === IS_MEANT;

/** The same with nothing in it that is none, nor what stays on its host. */
export const cleanTags = (text: string, redact: Redact): string =>
  text === "" ? "" : formatTags(redactTags(parseTags(text), redact));
