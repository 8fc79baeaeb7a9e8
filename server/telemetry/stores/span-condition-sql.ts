import { SPAN_KINDS } from "#core/telemetry/trace.ts";
import { isService } from "#core/traceql/evaluate-traceql.ts";
import { isOfTrace, isStatus } from "#core/traceql/needed-condition.ts";
import type { Field, SpanCondition } from "#core/traceql/query.ts";

/** What engines write otherwise. `has` is a field's expression; values are bound. */
export interface SpanSql {
  /** As text where it is an attribute's; null where there is none. */
  value(field: Field): string;
  asText(has: string): string;
  bind(text: string): string;
  /** The whole text. */
  matches(has: string, pattern: string): string;
  compareNumber(has: string, op: string, value: number): string;
  ofService(has: string, wanted: string): string;
}

/** Columns of the fields that every span has. */
export const SPAN_COLUMNS: Readonly<Record<string, string>> = {
  name: "name",
  duration: "(duration_us / 1000.0)",
  statusMessage: "status_message",
  kind: "kind",
  service: "service",
};

/** SQL that is true of every span for which the condition holds, and of few others; undefined where columns cannot tell. */
export function spanConditionSql(condition: SpanCondition, sql: SpanSql): string | undefined {
  switch (condition.kind) {
    case "and": {
      const known = condition.of.flatMap((each) => spanConditionSql(each, sql) ?? []);
      return known.length === 0 ? undefined : `(${known.join(" AND ")})`;
    }
    case "or": {
      const known = condition.of.map((each) => spanConditionSql(each, sql));
      return known.includes(undefined) ? undefined : `(${known.join(" OR ")})`;
    }
    // True of more than the condition would be true of less than its opposite.
    case "not":
      return undefined;
    case "compare": {
      const text = compare(condition, sql);
      return text === undefined ? undefined : `coalesce(${text}, false)`;
    }
  }
}

function compare({ field, op, value }: SpanCondition & { kind: "compare" }, sql: SpanSql): string | undefined {
  if (isOfTrace(field)) return undefined;
  const isWord = typeof value === "object" && value !== null;
  if (isStatus(field)) return isWord && value.word === "error" && op === "=" ? "(status = 2 OR is_error)" : undefined;
  const has = sql.value(field);
  if (value === null) return op === "=" ? `${has} IS NULL` : op === "!=" ? `${has} IS NOT NULL` : undefined;
  if (isWord) {
    const kind = SPAN_KINDS.findIndex((each) => each === value.word);
    return field.kind === "intrinsic" && field.name === "kind" ? `${has} ${op === "!=" ? "!=" : "="} ${kind}` : "false";
  }
  if (op === "=~" || op === "!~") return `${op === "!~" ? "NOT " : ""}${sql.matches(has, String(value))}`;
  if (typeof value === "number") return sql.compareNumber(has, op, value);
  if (op === "=" && isService(field)) return sql.ofService(has, String(value));
  return `${sql.asText(has)} ${op} ${sql.bind(String(value))}`;
}
