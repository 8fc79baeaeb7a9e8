import { compileRegex } from "#core/schema/compile-regex.ts";
import { PatternBudget } from "#core/schema/pattern-budget.ts";
import {
  AGGREGATES,
  type CompareOp,
  type Field,
  INTRINSICS,
  type Intrinsic,
  type Literal,
  METRICS,
  type Metric,
  type SpanCondition,
  type Spanset,
  type SpansetOp,
  type Stage,
  type TraceQl,
  type TraceQlMetrics,
} from "#core/traceql/query.ts";
import { fail, type Token, tokenize, unquote } from "#core/traceql/tokenize.ts";

/** What a query may come to: nobody's needs more, and each part is work for the store. */
const CHARS_MAX = 4000;
const PARTS_MAX = 200;
const DEPTH_MAX = 30;
const COMPARE: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">=", "=~", "!~"]);
const STRUCTURE: ReadonlySet<string> = new Set([">", ">>", "<", "<<", "~"]);
/** Other names of intrinsics. */
const ALIASES: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>(
  Object.entries({
    "span:name": "name",
    "span:duration": "duration",
    "span:status": "status",
    "span:statusMessage": "statusMessage",
    "span:kind": "kind",
    "trace:duration": "traceDuration",
    "trace:rootName": "rootName",
    "trace:rootService": "rootServiceName",
  } satisfies Record<string, Intrinsic>),
);

/** Reads the subset of TraceQL that finds traces. Throws "invalid" with the place of what is not in it. */
export function parseTraceQl(text: string): TraceQl {
  return parserOf(text).query();
}

function parserOf(text: string): Parser {
  if (text.length > CHARS_MAX) throw fail(`more than ${CHARS_MAX} characters`, CHARS_MAX);
  const tokens = tokenize(text);
  if (tokens.length > PARTS_MAX) throw fail(`more than ${PARTS_MAX} words and signs`, tokens[PARTS_MAX]?.at ?? 0);
  return new Parser(tokens);
}

/** Reads a query over time: `{ … } | rate() by (resource.service.name)`. Throws "invalid" with the place of what is not in it. */
export function parseTraceQlMetrics(text: string): TraceQlMetrics {
  return parserOf(text).metrics();
}

/** One field by itself: `name`, `span.http.method`, `.a`. */
export function parseField(text: string): Field {
  return parserOf(text).field();
}

function checkPattern(pattern: string, at: number, budget: PatternBudget): void {
  try {
    budget.admit(pattern);
    compileRegex(pattern);
  } catch (error) {
    throw fail(
      `no pattern of RE2: ${error instanceof Error && error.message !== "" ? error.message : "it comes to too many steps"}`,
      at,
    );
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  readonly #patterns = new PatternBudget();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  query(): TraceQl {
    const spanset = this.#either();
    const stages: Stage[] = [];
    while (this.#takes("|")) stages.push(this.#stage());
    if (this.#next.kind !== "end") throw this.#unexpected("a pipe or the end");
    return { spanset, stages };
  }

  metrics(): TraceQlMetrics {
    const spanset = this.#either();
    const stages: Stage[] = [];
    for (;;) {
      if (!this.#takes("|")) throw this.#unexpected(`a pipe and ${METRICS.join(", ")}`);
      const of = METRICS.find((each) => this.#next.kind === "name" && each === this.#next.text);
      if (of === undefined) {
        stages.push(this.#stage());
        continue;
      }
      const metric = this.#metric(of);
      if (this.#next.kind !== "end") throw this.#unexpected("by or the end");
      return { query: { spanset, stages }, metric };
    }
  }

  #metric(of: Metric["of"]): Metric {
    this.#at += 1;
    this.#expect("(");
    const isCount = of === "rate" || of === "count_over_time";
    const field = isCount ? undefined : this.#field();
    const quantiles: number[] = [];
    if (of === "quantile_over_time") {
      const { at } = this.#next;
      while (this.#takes(",")) {
        const value = this.#literal();
        if (typeof value !== "number" || value < 0 || value > 1) throw fail("a quantile is from 0 to 1", at);
        quantiles.push(value);
      }
      if (quantiles.length === 0) throw this.#unexpected("a comma and a quantile");
    }
    this.#expect(")");
    const by: Field[] = [];
    if (this.#next.kind === "name" && this.#next.text === "by") {
      this.#at += 1;
      this.#expect("(");
      by.push(this.#field());
      while (this.#takes(",")) by.push(this.#field());
      this.#expect(")");
    }
    return { of, ...(field === undefined ? {} : { field }), quantiles, by };
  }

  field(): Field {
    const field = this.#field();
    if (this.#next.kind !== "end") throw this.#unexpected("the end");
    return field;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #is(sign: string): boolean {
    return this.#next.kind === "sign" && this.#next.text === sign;
  }

  #takes(sign: string): boolean {
    if (!this.#is(sign)) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.#unexpected(sign);
  }

  #unexpected(wanted: string) {
    return fail(`${this.#next.text} stands where ${wanted} should`, this.#next.at);
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw fail(`more than ${DEPTH_MAX} brackets within each other`, this.#next.at);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #either(): Spanset {
    let left = this.#both();
    while (this.#takes("||")) left = { kind: "combine", op: "||", of: [left, this.#both()] };
    return left;
  }

  #both(): Spanset {
    let left = this.#structure();
    while (this.#takes("&&")) left = { kind: "combine", op: "&&", of: [left, this.#structure()] };
    return left;
  }

  #structure(): Spanset {
    let left = this.#spanset();
    while (this.#next.kind === "sign" && STRUCTURE.has(this.#next.text)) {
      const op = this.#next.text as SpansetOp;
      this.#at += 1;
      left = { kind: "combine", op, of: [left, this.#spanset()] };
    }
    return left;
  }

  #spanset(): Spanset {
    if (this.#takes("("))
      return this.#deeper(() => {
        const inner = this.#either();
        this.#expect(")");
        return inner;
      });
    this.#expect("{");
    if (this.#takes("}")) return { kind: "filter", where: undefined };
    if (this.#next.kind === "name" && this.#next.text === "true") {
      this.#at += 1;
      this.#expect("}");
      return { kind: "filter", where: undefined };
    }
    const where = this.#or();
    this.#expect("}");
    return { kind: "filter", where };
  }

  #or(): SpanCondition {
    let left = this.#and();
    while (this.#takes("||")) left = { kind: "or", of: [left, this.#and()] };
    return left;
  }

  #and(): SpanCondition {
    let left = this.#condition();
    while (this.#takes("&&")) left = { kind: "and", of: [left, this.#condition()] };
    return left;
  }

  #condition(): SpanCondition {
    if (this.#takes("!")) return this.#deeper(() => ({ kind: "not", of: this.#condition() }));
    if (this.#takes("("))
      return this.#deeper(() => {
        const inner = this.#or();
        this.#expect(")");
        return inner;
      });
    const field = this.#field();
    // An attribute by itself is one that is true.
    if (!(this.#next.kind === "sign" && COMPARE.has(this.#next.text)))
      return { kind: "compare", field, op: "=", value: true };
    const op = this.#next.text as CompareOp;
    this.#at += 1;
    const { at } = this.#next;
    const value = this.#literal();
    if ((op === "=~" || op === "!~") && typeof value !== "string") throw fail("a pattern is text in quotes", at);
    if (op === "=~" || op === "!~") checkPattern(String(value), at, this.#patterns);
    return { kind: "compare", field, op, value };
  }

  #field(): Field {
    const { kind, text, at } = this.#next;
    this.#at += 1;
    const alias = ALIASES.get(text);
    if (alias !== undefined) return { kind: "intrinsic", name: alias };
    if (kind === "name") {
      const name = INTRINSICS.find((each) => each === text);
      if (name !== undefined) return { kind: "intrinsic", name };
      throw fail(`${text} is none of ${INTRINSICS.join(", ")}; an attribute begins with a dot, span. or resource.`, at);
    }
    const [, scope = "", name = ""] = /^([a-z]*)[.:](.+)$/s.exec(text) ?? [];
    if (kind !== "field" || !(scope === "" || scope === "span" || scope === "resource"))
      throw fail(`${text} is no attribute of a span or of its resource`, at);
    return {
      kind: "attribute",
      scope: scope === "" ? "any" : scope,
      name: name.startsWith('"') ? unquote(name) : name,
    };
  }

  #literal(): Literal {
    const { kind, text, value, at } = this.#next;
    this.#at += 1;
    if (kind === "text") return text;
    if (kind === "number" || kind === "duration") return value ?? 0;
    if (kind === "name")
      return text === "nil" ? null : text === "true" || text === "false" ? text === "true" : { word: text };
    throw fail(`${text} is no value`, at);
  }

  #stage(): Stage {
    if (this.#is("{") || this.#is("(")) return { kind: "filter", spanset: this.#either() };
    const { kind, text, at } = this.#next;
    if (kind !== "name") throw this.#unexpected("select, by, count, avg, min, max or sum");
    this.#at += 1;
    this.#expect("(");
    if (text === "select" || text === "by") {
      const fields = [this.#field()];
      while (this.#takes(",")) fields.push(this.#field());
      this.#expect(")");
      return { kind: text, fields };
    }
    if (text === "coalesce") {
      this.#expect(")");
      return { kind: "coalesce" };
    }
    if (METRICS.some((each) => each === text))
      throw fail(`${text}() makes series, and what finds traces is read here`, at);
    const of = AGGREGATES.find((each) => each === text);
    if (of === undefined) throw fail(`${text}() is not read here: select, by, coalesce, ${AGGREGATES.join(", ")}`, at);
    const field = of === "count" ? undefined : this.#field();
    this.#expect(")");
    if (!(this.#next.kind === "sign" && COMPARE.has(this.#next.text)))
      throw this.#unexpected("a comparison with a number");
    const op = this.#next.text as CompareOp;
    this.#at += 1;
    const value = this.#literal();
    if (typeof value !== "number" || op === "=~" || op === "!~") throw fail(`${text}() is compared with a number`, at);
    return { kind: "aggregate", of, ...(field === undefined ? {} : { field }), op, value };
  }
}
