import { NAMESPACE_ATTRIBUTES, partService } from "#core/traceql/of-service.ts";
import type { Field, SpanCondition } from "#core/traceql/query.ts";
import type { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import { SPAN_COLUMNS, spanConditionSql } from "#server/telemetry/stores/span-condition-sql.ts";

/** A value among attributes as text; null where there is none. */
const attributeSql = (column: string, name: string): string =>
  `if(JSONType(${column}, ${name}) = 'String', toNullable(JSONExtractString(${column}, ${name})), nullIf(nullIf(JSONExtractRaw(${column}, ${name}), ''), 'null'))`;

/** As text where it is an attribute's. */
export function valueSql(field: Field, bindings: Bindings): string {
  if (field.kind === "intrinsic") return SPAN_COLUMNS[field.name] ?? "NULL";
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

/** SQL of a condition, as `spanConditionSql` has it. */
export function compileCondition(condition: SpanCondition, bindings: Bindings): string | undefined {
  const asText = (has: string): string => `toString(${has})`;
  return spanConditionSql(condition, {
    value: (field) => valueSql(field, bindings),
    asText,
    bind: (text) => bindings.text(text),
    matches: (has, pattern) => `match(${asText(has)}, ${bindings.text(`^(?:${pattern})$`)})`,
    compareNumber: (has, op, value) => `toFloat64OrNull(${asText(has)}) ${op} ${bindings.double(value)}`,
    ofService: (has, wanted) => ofServiceSql(has, wanted, bindings),
  });
}
