import type { SpanTag } from "#core/resolve/tracing.ts";
import { REDACTED, type Redact } from "#core/telemetry/redact-headers.ts";
import { headersShown } from "#core/telemetry/redact-tags.ts";

/** Commands of a log's format that show headers, trailers or an address. */
const SHOWS_HEADERS = /%(?:[A-Z_]*(?:REQ|RESP|HEADER|TRAILER)[A-Z_]*|PATH)\(([^)]*)\)/g;
const CEL = /%[A-Z_]*CEL\((.*?)\)(?::\d+)?%/g;
const ANY = "*";
const MARKED = /^@([^@]*)@(.*)$/s;

/** Headers that a tag of a span may come to; `*` where that cannot be told. */
export function headersOfTag(tag: SpanTag): readonly string[] {
  if (tag.kind === "header") return [tag.name.toLowerCase()];
  if (tag.kind !== "formatter") return [];
  const names = [...tag.text.matchAll(SHOWS_HEADERS)].flatMap(([command, named = ""]) =>
    command.startsWith("%PATH") ? [":path"] : named.toLowerCase().split("?"),
  );
  const shown = [...tag.text.matchAll(CEL)].flatMap(([, expression = ""]) => {
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
  let told = value;
  for (const header of headers.split(" ")) {
    const { value: shown, isRedacted } = redact(header, told);
    if (isRedacted || header === ANY) return [name, REDACTED];
    told = shown;
  }
  return [name, told];
}
