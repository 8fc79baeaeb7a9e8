import type { DuckDBValue } from "@duckdb/node-api";
import type { Field, SpanCondition } from "#core/traceql/query.ts";
import { ofServiceSql } from "#server/telemetry/stores/duckdb/service-sql.ts";
import { SPAN_COLUMNS, spanConditionSql } from "#server/telemetry/stores/span-condition-sql.ts";

type Bind = (value: DuckDBValue) => string;

/** SQL of a condition, as `spanConditionSql` has it. */
export function compileCondition(condition: SpanCondition, bind: Bind): string | undefined {
  const asText = (has: string): string => `${has}::VARCHAR`;
  return spanConditionSql(condition, {
    value: (field) => valueSql(field, bind),
    asText,
    bind,
    matches: (has, pattern) => `regexp_full_match(${asText(has)}, ${bind(pattern)})`,
    compareNumber: (has, op, value) => `try_cast(${has} AS DOUBLE) ${op} ${value}`,
    ofService: (has, wanted) => ofServiceSql(has, wanted, bind),
  });
}

/** As text where it is an attribute's. */
export function valueSql(field: Field, bind: Bind): string {
  if (field.kind === "intrinsic") return SPAN_COLUMNS[field.name] ?? "NULL";
  const at = bind(`/${field.name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const own = `json_extract_string(attributes, ${at})`;
  const of = `json_extract_string(resource, ${at})`;
  return { span: own, resource: of, any: `coalesce(${own}, ${of})` }[field.scope];
}
