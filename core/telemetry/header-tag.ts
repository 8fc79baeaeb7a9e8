import type { SpanTag } from "#core/resolve/tracing.ts";
import { REDACTED, type Redact } from "#core/telemetry/redact-headers.ts";
import { headersShown } from "#core/telemetry/redact-tags.ts";

/** Commands of a log's format that show headers or trailers. */
const SHOWS_HEADERS = /%[A-Z_]*(?:REQ|RESP|HEADER|TRAILER)[A-Z_]*\(([^)]*)\)/g;
const SHOWS_PATH = /%PATH[(:%]/;
/** What stands behind the "?" of an address. */
const SHOWS_QUERY = /%QUERY_PARAMS?[(:%]/;
const CEL = /%[A-Z_]*CEL\((.*?)\)(?::\d+)?%/g;
const ANY = "*";
const MARKED = /^@([^@]*)@(.*)$/s;
/** A tag that may come to more is not shown: anybody who sends spans may write such a mark, and each header is looked up. */
const HEADERS_MAX = 16;
const CHARS_MAX = 4096;

/** Headers that a tag of a span may come to; `*` where that cannot be told. */
export function headersOfTag(tag: SpanTag): readonly string[] {
  if (tag.kind === "header") return [tag.name.toLowerCase()];
  if (tag.kind !== "formatter") return [];
  const { text } = tag;
  const names = [...text.matchAll(SHOWS_HEADERS)].flatMap(([, named = ""]) => named.toLowerCase().split("?"));
  if (SHOWS_PATH.test(text)) names.push(":path");
  if (SHOWS_QUERY.test(text)) names.push(ANY);
  const shown = [...text.matchAll(CEL)].flatMap(([, expression = ""]) => {
    const found = headersShown(expression);
    return found === "any" ? [ANY] : [...found];
  });
  return [...new Set([...names, ...shown])].filter((name) => name !== "");
}

/** The name by which a proxy tells Pharos of a tag: with the headers that it may come to, for whoever stores it to know what is not to be. */
export function markedName(name: string, tag: SpanTag): string {
  const headers = headersOfTag(tag);
  return headers.length === 0 ? name : `@${headers.join(" ")}@${name}`;
}

/** What is kept of such a tag; undefined for every other attribute. */
export function readMarked(
  key: string,
  value: string,
  redact: Redact,
): readonly [name: string, value: string] | undefined {
  const [, headers, name] = MARKED.exec(key) ?? [];
  if (headers === undefined || name === undefined) return undefined;
  const all = headers.split(" ", HEADERS_MAX + 1);
  if (all.length > HEADERS_MAX || headers.length > CHARS_MAX) return [name, REDACTED];
  let told = value;
  for (const header of all) {
    const { value: shown, isRedacted } = redact(header, told);
    if (isRedacted || header === ANY) return [name, REDACTED];
    told = shown;
  }
  return [name, told];
}
