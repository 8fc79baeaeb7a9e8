import type { RE2JS } from "re2js";
import { PharosError } from "#core/errors.ts";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import { PatternBudget, PatternTooCostly } from "#core/schema/pattern-budget.ts";
import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";
import { isOfService } from "#core/traceql/of-service.ts";
import type {
  CompareOp,
  Field,
  Literal,
  SpanCondition,
  Spanset,
  SpansetOp,
  Stage,
  TraceQl,
} from "#core/traceql/query.ts";

type Value = string | number | boolean | undefined;

/** The patterns of one query, compiled once for all its traces. RE2's time does not grow with what a pattern tries. */
export class QueryPatterns {
  readonly #budget = new PatternBudget();
  readonly #known = new Map<string, { readonly compiled: RE2JS; readonly steps: number }>();

  /** Throws "invalid" where it would take too long. */
  matches(pattern: string, text: string): boolean {
    try {
      let known = this.#known.get(pattern);
      if (known === undefined) {
        known = { steps: this.#budget.admit(pattern), compiled: compileRegex(pattern) };
        this.#known.set(pattern, known);
      }
      const { compiled, steps } = known;
      return this.#budget.run(steps, text, () => compiled.matches(asBytes(text)));
    } catch (error) {
      if (error instanceof PatternTooCostly) throw new PharosError("invalid", error.message);
      throw error;
    }
  }
}

/** The spans of a trace that a query finds, by start; none where it does not find the trace. Traces of one query share `patterns`. */
export function evaluateTraceQl(
  { spanset, stages }: TraceQl,
  trace: Trace,
  patterns = new QueryPatterns(),
): readonly TraceSpan[] {
  const within = new TraceIndex(trace, patterns);
  let groups: (readonly TraceSpan[])[] = [within.match(spanset, trace.spans)];
  for (const stage of stages) groups = within.apply(stage, groups).filter(({ length }) => length > 0);
  const found = new Set(groups.flat());
  return trace.spans.filter((span) => found.has(span));
}

class TraceIndex {
  readonly #trace: Trace;
  readonly #byId: ReadonlyMap<string, TraceSpan>;
  readonly #root: TraceSpan | undefined;
  readonly #patterns: QueryPatterns;

  constructor(trace: Trace, patterns: QueryPatterns) {
    this.#patterns = patterns;
    this.#trace = trace;
    this.#byId = new Map(trace.spans.map((span) => [span.spanId, span]));
    this.#root = rootOfTrace(trace.spans);
  }

  match(spanset: Spanset, among: readonly TraceSpan[]): readonly TraceSpan[] {
    if (spanset.kind === "filter") {
      const { where } = spanset;
      return where === undefined ? among : among.filter((span) => this.#holds(where, span));
    }
    const [left, right] = spanset.of.map((each) => this.match(each, among)) as [TraceSpan[], TraceSpan[]];
    return this.#combine(spanset.op, left, right);
  }

  apply(stage: Stage, groups: readonly (readonly TraceSpan[])[]): (readonly TraceSpan[])[] {
    switch (stage.kind) {
      case "select":
        return [...groups];
      case "filter":
        return groups.map((group) => this.match(stage.spanset, group));
      case "coalesce":
        return [groups.flat()];
      case "by":
        return groups.flatMap((group) => [
          ...Map.groupBy(group, (span) =>
            JSON.stringify(stage.fields.map((field) => this.#valueOf(field, span) ?? null)),
          ).values(),
        ]);
      case "aggregate":
        return groups.filter((group) => this.#aggregateHolds(stage, group));
    }
  }

  /** Of relations the right side is what is found. */
  #combine(op: SpansetOp, left: readonly TraceSpan[], right: readonly TraceSpan[]): readonly TraceSpan[] {
    if (op === "||") return [...new Set([...left, ...right])];
    if (left.length === 0 || right.length === 0) return [];
    const of = new Set(left.map(({ spanId }) => spanId));
    switch (op) {
      case "&&":
        return [...new Set([...left, ...right])];
      case ">":
        return right.filter(({ parentSpanId }) => parentSpanId !== null && of.has(parentSpanId));
      case ">>":
        return right.filter(this.#isBelow(of));
      case "<": {
        const parents = new Set(left.map(({ parentSpanId }) => parentSpanId));
        return right.filter(({ spanId }) => parents.has(spanId));
      }
      case "<<": {
        const above = this.#above(left);
        return right.filter(({ spanId }) => above.has(spanId));
      }
      case "~": {
        const beside = Map.groupBy(left, ({ parentSpanId }) => parentSpanId);
        return right.filter((span) => {
          const [first, second] = (span.parentSpanId !== null && beside.get(span.parentSpanId)) || [];
          return second !== undefined || (first !== undefined && first !== span);
        });
      }
    }
  }

  #parentOf(id: string): string | null {
    return this.#byId.get(id)?.parentSpanId ?? null;
  }

  /** Ids of whatever is above them. Each is walked over once: a trace may be one long chain, and its parents a ring. */
  #above(spans: readonly TraceSpan[]): ReadonlySet<string> {
    const above = new Set<string>();
    for (const { parentSpanId } of spans)
      for (let at = parentSpanId; at !== null && !above.has(at); at = this.#parentOf(at)) above.add(at);
    return above;
  }

  /** Whether one of them is above a span. Each is walked over once, as above. */
  #isBelow(of: ReadonlySet<string>): (span: TraceSpan) => boolean {
    const known = new Map<string, boolean>();
    return ({ parentSpanId }) => {
      const walked: string[] = [];
      let at = parentSpanId;
      while (at !== null && !of.has(at) && !known.has(at)) {
        known.set(at, false);
        walked.push(at);
        at = this.#parentOf(at);
      }
      const isBelow = at !== null && (of.has(at) || known.get(at) === true);
      for (const id of walked) known.set(id, isBelow);
      return isBelow;
    };
  }

  #aggregateHolds({ of, field, op, value }: Stage & { kind: "aggregate" }, group: readonly TraceSpan[]): boolean {
    if (of === "count") return compare(group.length, op, value);
    const values = group.flatMap((span) => {
      const each = field === undefined ? undefined : this.#valueOf(field, span);
      return typeof each === "number" ? [each] : [];
    });
    if (values.length === 0) return false;
    const sum = values.reduce((all, each) => all + each, 0);
    // Not as arguments of one call, which a large trace has too many spans for.
    const least = (a: number, b: number): number => Math.min(a, b);
    const most = (a: number, b: number): number => Math.max(a, b);
    const result = { sum, avg: sum / values.length, min: values.reduce(least), max: values.reduce(most) }[of];
    return compare(result, op, value);
  }

  #holds(condition: SpanCondition, span: TraceSpan): boolean {
    switch (condition.kind) {
      case "and":
        return condition.of.every((each) => this.#holds(each, span));
      case "or":
        return condition.of.some((each) => this.#holds(each, span));
      case "not":
        return !this.#holds(condition.of, span);
      case "compare":
        return this.#compares(condition, span);
    }
  }

  #compares({ field, op, value }: SpanCondition & { kind: "compare" }, span: TraceSpan): boolean {
    const has = this.#valueOf(field, span);
    if (value === null) return op === "=" ? has === undefined : op === "!=" && has !== undefined;
    if (has === undefined) return false;
    if (op === "=~" || op === "!~") return this.#patterns.matches(String(value), String(has)) === (op === "=~");
    if (op === "=" && isService(field) && typeof value === "string") {
      const of = field.kind === "intrinsic" && field.name === "rootServiceName" ? this.#root : span;
      return isOfService({ service: String(has), resource: of?.resource ?? {} }, value);
    }
    return compare(has, op, wordOf(value));
  }

  #valueOf(field: Field, span: TraceSpan): Value {
    return readField(field, span, this.#trace, this.#root);
  }
}

/** What spans of one trace have in a field. */
export function fieldReader(trace: Trace): (field: Field, span: TraceSpan) => Value {
  const root = rootOfTrace(trace.spans);
  return (field, span) => readField(field, span, trace, root);
}

function readField(field: Field, span: TraceSpan, trace: Trace, root: TraceSpan | undefined): Value {
  if (field.kind === "attribute") return attributeOf(field, span);
  switch (field.name) {
    case "name":
      return span.operation;
    case "duration":
      return span.durationMs;
    case "status":
      return span.status;
    case "statusMessage":
      return span.statusMessage;
    case "kind":
      return span.kind;
    case "service":
      return span.service;
    case "traceDuration":
      return trace.durationMs;
    case "rootName":
      return root === undefined ? undefined : spanTitle(root);
    case "rootServiceName":
      return root?.service;
  }
}

/** The span's own, or its resource's. */
export function attributeOf({ scope, name }: Field & { readonly kind: "attribute" }, span: TraceSpan): Value {
  const own = scope === "resource" ? undefined : ownOf(span.attributes, name);
  return own ?? (scope === "span" ? undefined : ownOf(span.resource, name));
}

/** Names are anybody's: what every object has is none of its attributes. */
function ownOf(attributes: TraceSpan["attributes"], name: string): Value {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

export function isService(field: Field): boolean {
  return field.kind === "intrinsic"
    ? field.name === "service" || field.name === "rootServiceName"
    : field.scope !== "span" && field.name === "service.name";
}

function wordOf(value: Exclude<Literal, null>): string | number | boolean {
  return typeof value === "object" ? value.word : value;
}

function compare(has: string | number | boolean, op: CompareOp, value: string | number | boolean): boolean {
  if (op === "=") return has === value;
  if (op === "!=") return typeof has === typeof value && has !== value;
  if (typeof has !== typeof value) return false;
  if (op === "<") return has < value;
  if (op === "<=") return has <= value;
  return op === ">" ? has > value : has >= value;
}
