import { attributePath } from "#core/schema/cel/evaluate-cel.ts";
import { type Expression, partsOf } from "#core/schema/cel/expression.ts";
import { IS_MEANT, isOperationTag } from "#core/schema/cel/operation-tag.ts";
import { parseCel } from "#core/schema/cel/parse-cel.ts";
import { REDACTED, type Redact } from "#core/telemetry/redact-headers.ts";

/** Headers whose values an expression may come to; "any" where that cannot be told, or is all of them. */
type Shown = ReadonlySet<string> | "any";

const NONE: ReadonlySet<string> = new Set();
const HEADERS = /^(?:request|response)\.(?:headers|trailers)$/;
/** What Envoy reads of a header and has under a name of its own. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["request.path", ":path"],
  ["request.host", ":authority"],
  ["request.referer", "referer"],
  ["request.useragent", "user-agent"],
  ["request.id", "x-request-id"],
]);
/** Of all of them, or of what stands behind the "?" of an address. */
const OF_ANY: ReadonlySet<string> = new Set(["request", "response", "request.query"]);
/** They come to whether something is so, or to how long it is. */
const SAYS_LITTLE: ReadonlySet<string> = new Set(
  "|| && < <= > >= == != in ! has contains startsWith endsWith matches size".split(" "),
);
const KNOWN_MAX = 1000;
const known = new Map<string, Shown>();

/** Values that proxies wrote of requests, by their expressions: without those of headers that stay on their hosts. Of an operation there is one value. */
export function redactTags(
  values: Iterable<readonly [string, string]>,
  redact: Redact,
): (readonly [expression: string, value: string])[] {
  return Array.from(values, ([expression, value]) => [expression, redactTag(expression, value, redact)] as const);
}

function redactTag(expression: string, value: string, redact: Redact): string {
  if (value === REDACTED || (value === IS_MEANT && isOperationTag(expression))) return value;
  const shown = headersShown(expression);
  if (shown === "any") return REDACTED;
  let told = value;
  for (const name of shown.size === 0 ? [""] : shown) {
    const redaction = redact(name, told);
    if (redaction.isRedacted) return REDACTED;
    told = redaction.value;
  }
  return told;
}

/** Of an expression of CEL. */
export function headersShown(text: string): Shown {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parsed = parseCel(text);
  const shown = "problem" in parsed ? "any" : shownIn(parsed.expression);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, shown);
  return shown;
}

function shownIn(expression: Expression): Shown {
  const path = attributePath(expression);
  if (path !== undefined && (OF_ANY.has(path) || HEADERS.test(path))) return "any";
  switch (expression.kind) {
    case "literal":
      return NONE;
    case "name":
    case "field": {
      const header = expression.kind === "field" && isHeaders(expression.operand) ? expression.field : undefined;
      const name = header ?? NAMED.get(path ?? "");
      if (name !== undefined) return new Set([name]);
      // Of what is put together it may be any part.
      return path === undefined ? all(partsOf(expression)) : NONE;
    }
    case "index": {
      const { operand, index } = expression;
      if (!isHeaders(operand)) return all([operand, index]);
      return index.kind === "literal" ? new Set([String(index.value)]) : "any";
    }
    case "call": {
      const { name, args } = expression;
      if (SAYS_LITTLE.has(name)) return NONE;
      return all(name === "?:" ? args.slice(1) : args);
    }
    case "list":
    case "map":
      return all(partsOf(expression));
  }
}

const isHeaders = (expression: Expression): boolean => HEADERS.test(attributePath(expression) ?? "");

function all(parts: readonly Expression[]): Shown {
  const names = new Set<string>();
  for (const part of parts) {
    const shown = shownIn(part);
    if (shown === "any") return shown;
    for (const name of shown) names.add(name);
  }
  return names;
}
