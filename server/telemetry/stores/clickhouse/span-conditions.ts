import { SPAN_KINDS } from "#core/telemetry/trace.ts";
import { isService } from "#core/traceql/evaluate-traceql.ts";
import { isOfTrace, isStatus } from "#core/traceql/needed-condition.ts";
import { NAMESPACE_ATTRIBUTES, partService } from "#core/traceql/of-service.ts";
import type { Field, SpanCondition } from "#core/traceql/query.ts";
import type { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";

const COLUMNS: Readonly<Record<string, string>> = {
  name: "name",
  duration: "(duration_us / 1000.0)",
  statusMessage: "status_message",
  kind: "kind",
  service: "service",
};

/** A value among attributes as text; null where there is none. */
const attributeSql = (column: string, name: string): string =>
  `if(JSONType(${column}, ${name}) = 'String', toNullable(JSONExtractString(${column}, ${name})), nullIf(nullIf(JSONExtractRaw(${column}, ${name}), ''), 'null'))`;

/** As text where it is an attribute's. */
export function valueSql(field: Field, bindings: Bindings): string {
  if (field.kind === "intrinsic") return COLUMNS[field.name] ?? "NULL";
  const name = bindings.text(field.name);
  const own = attributeSql("attributes", name);
  const of = attributeSql("resource", name);
  return { span: own, resource: of, any: `coalesce(${own}, ${of})` }[field.scope];
}

/** `isOfService` as SQL; `service` is the column or expression that has the name. */
export function ofServiceSql(service: string, wanted: string, bindings: Bindings): string {
  const whole = bindings.text(wanted);
  const byName = `${service} = ${whole} OR startsWith(ifNull(${service}, ''), concat(${whole}, '.'))`;
  const parted = partService(wanted);
  if (parted === undefined) return `(${byName})`;
  const namespace = bindings.text(parted.namespace);
  const isIn = NAMESPACE_ATTRIBUTES.map(
    (name) => `JSONExtractString(resource, ${bindings.text(name)}) = ${namespace}`,
  ).join(" OR ");
  return `(${byName} OR (${service} = ${bindings.text(parted.app)} AND (${isIn})))`;
}

/** SQL that is true of every span for which the condition holds, and of few others; undefined where columns cannot tell. */
export function compileCondition(condition: SpanCondition, bindings: Bindings): string | undefined {
  switch (condition.kind) {
    case "and": {
      const known = condition.of.flatMap((each) => compileCondition(each, bindings) ?? []);
      return known.length === 0 ? undefined : `(${known.join(" AND ")})`;
    }
    case "or": {
      const known = condition.of.map((each) => compileCondition(each, bindings));
      return known.includes(undefined) ? undefined : `(${known.join(" OR ")})`;
    }
    // True of more than the condition would be true of less than its opposite.
    case "not":
      return undefined;
    case "compare": {
      const sql = compare(condition, bindings);
      return sql === undefined ? undefined : `ifNull(${sql}, false)`;
    }
  }
}

function compare({ field, op, value }: SpanCondition & { kind: "compare" }, bindings: Bindings): string | undefined {
  if (isOfTrace(field)) return undefined;
  const isWord = typeof value === "object" && value !== null;
  if (isStatus(field)) return isWord && value.word === "error" && op === "=" ? "(status = 2 OR is_error)" : undefined;
  const has = valueSql(field, bindings);
  if (value === null) return op === "=" ? `isNull(${has})` : op === "!=" ? `isNotNull(${has})` : undefined;
  if (isWord) {
    const kind = SPAN_KINDS.findIndex((each) => each === value.word);
    return field.kind === "intrinsic" && field.name === "kind" ? `${has} ${op === "!=" ? "!=" : "="} ${kind}` : "false";
  }
  const asText = `toString(${has})`;
  if (op === "=~" || op === "!~")
    return `${op === "!~" ? "NOT " : ""}match(${asText}, ${bindings.text(`^(?:${String(value)})$`)})`;
  if (typeof value === "number") return `toFloat64OrNull(${asText}) ${op} ${bindings.double(value)}`;
  if (op === "=" && isService(field)) return ofServiceSql(has, String(value), bindings);
  return `${asText} ${op} ${bindings.text(String(value))}`;
}
