import type { Field, SpanCondition, Spanset, TraceQl } from "#core/traceql/query.ts";

/** What one span at least of a trace that is found is like; undefined where it may be any. A store looks for candidates by it. */
export function neededCondition(spanset: Spanset): SpanCondition | undefined {
  if (spanset.kind === "filter") return spanset.where;
  const [left, right] = spanset.of.map(neededCondition);
  if (spanset.op !== "||") return left ?? right;
  return left === undefined || right === undefined ? undefined : { kind: "or", of: [left, right] };
}

/** Whether a trace in which one span is like the needed one is found for certain. */
export function isDecidedByOne({ spanset, stages }: TraceQl): boolean {
  if (spanset.kind !== "filter" || stages.some(({ kind }) => kind !== "select")) return false;
  return spanset.where === undefined || !asksOfTrace(spanset.where);
}

function asksOfTrace(condition: SpanCondition): boolean {
  if (condition.kind === "not") return asksOfTrace(condition.of);
  if (condition.kind !== "compare") return condition.of.some(asksOfTrace);
  return isOfTrace(condition.field) || isStatus(condition.field);
}

/** Known from all spans together. */
export function isOfTrace(field: Field): boolean {
  return field.kind === "intrinsic" && /^(traceDuration|root.*)$/.test(field.name);
}

/** What a span's status is depends on more than its sender says. */
export function isStatus(field: Field): boolean {
  return field.kind === "intrinsic" && field.name === "status";
}
