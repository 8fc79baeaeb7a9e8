import { PharosError } from "#core/errors.ts";

export interface Token {
  readonly kind: "name" | "field" | "text" | "number" | "duration" | "sign" | "end";
  readonly text: string;
  /** Of a duration in ms. */
  readonly value?: number;
  readonly at: number;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIGNS = ["&&", "||", ">>", "<<", ">=", "<=", "!=", "=~", "!~", ..."{}()|><~=!,"];
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+/;
const NUMBER = /^-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?![\w.]))/;
/** Letters of an attribute's name; what has others is quoted. */
const FIELD =
  /^(?:(?:span|resource|parent|event|link|instrumentation|trace)[.:]|\.)(?:"(?:[^"\\]|\\.)*"|[^\s{}()|><~=!,&"]+)/;
const NAME = /^[a-zA-Z_][\w:]*/;

export const fail = (message: string, at: number): PharosError =>
  new PharosError("invalid", `TraceQL, character ${at + 1}: ${message}`, {
    hint: 'for example { resource.service.name = "reviews.default" && status = error } | count() > 2',
  });

/** Cuts a query into its parts. Throws "invalid" with the place. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(query.slice(at))?.[0].length ?? 0;
    const rest = query.slice(at);
    if (rest === "") return [...tokens, { kind: "end", text: "the end", at }];
    const token = next(rest, at);
    tokens.push(token);
    at += token.length;
  }
}

function next(rest: string, at: number): Token & { readonly length: number } {
  const quote = rest[0];
  if (quote === '"' || quote === "`") {
    const whole = (quote === '"' ? /^"(?:[^"\\]|\\.)*"/s : /^`[^`]*`/s).exec(rest)?.[0];
    if (whole === undefined) throw fail("the text is not ended", at);
    return { kind: "text", text: unquote(whole), at, length: whole.length };
  }
  const found = (pattern: RegExp): string | undefined => pattern.exec(rest)?.[0];
  const duration = found(DURATION);
  const number = duration ?? found(NUMBER);
  if (number !== undefined) {
    const value = duration === undefined ? Number(number) : toMs(duration);
    if (!Number.isFinite(value)) throw fail("a number that is too large", at);
    return { kind: duration === undefined ? "number" : "duration", text: number, value, at, length: number.length };
  }
  const field = found(FIELD);
  if (field !== undefined) return { kind: "field", text: field, at, length: field.length };
  const name = found(NAME);
  if (name !== undefined) return { kind: "name", text: name, at, length: name.length };
  const sign = SIGNS.find((each) => rest.startsWith(each));
  if (sign === undefined) throw fail(`${JSON.stringify(rest[0])} means nothing here`, at);
  return { kind: "sign", text: sign, at, length: sign.length };
}

function toMs(duration: string): number {
  let sum = 0;
  for (const [, value, unit = ""] of duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g))
    sum += Number(value) * (UNIT_MS[unit] ?? 0);
  return sum;
}

/** Of `"…"` with its escapes, or `…` as it is. */
export function unquote(text: string): string {
  if (text.startsWith("`")) return text.slice(1, -1);
  return text.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => (char === "n" ? "\n" : char === "t" ? "\t" : char));
}
