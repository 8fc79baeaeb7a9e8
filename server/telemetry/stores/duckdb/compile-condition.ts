import type { DuckDBValue } from "@duckdb/node-api";
import { SPAN_KINDS } from "#core/telemetry/trace.ts";
import { isService } from "#core/traceql/evaluate-traceql.ts";
import { isOfTrace, isStatus } from "#core/traceql/needed-condition.ts";
import type { Field, SpanCondition } from "#core/traceql/query.ts";
import { ofServiceSql } from "#server/telemetry/stores/duckdb/service-sql.ts";

type Bind = (value: DuckDBValue) => string;

const COLUMNS: Readonly<Record<string, string>> = {
  name: "name",
  duration: "(duration_us / 1000.0)",
  statusMessage: "status_message",
  kind: "kind",
  service: "service",
};

/** SQL that is true of every span for which the condition holds, and of few others; undefined where columns cannot tell. */
export function compileCondition(condition: SpanCondition, bind: Bind): string | undefined {
  switch (condition.kind) {
    case "and": {
      const known = condition.of.flatMap((each) => compileCondition(each, bind) ?? []);
      return known.length === 0 ? undefined : `(${known.join(" AND ")})`;
    }
    case "or": {
      const known = condition.of.map((each) => compileCondition(each, bind));
      return known.includes(undefined) ? undefined : `(${known.join(" OR ")})`;
    }
    // True of more than the condition would be true of less than its opposite.
    case "not":
      return undefined;
    case "compare": {
      const sql = compare(condition, bind);
      return sql === undefined ? undefined : `coalesce(${sql}, false)`;
    }
  }
}

function compare({ field, op, value }: SpanCondition & { kind: "compare" }, bind: Bind): string | undefined {
  if (isOfTrace(field)) return undefined;
  const isWord = typeof value === "object" && value !== null;
  if (isStatus(field)) return isWord && value.word === "error" && op === "=" ? "(status = 2 OR is_error)" : undefined;
  const has = valueSql(field, bind);
  if (value === null) return op === "=" ? `${has} IS NULL` : op === "!=" ? `${has} IS NOT NULL` : undefined;
  if (isWord) {
    const kind = SPAN_KINDS.findIndex((each) => each === value.word);
    return field.kind === "intrinsic" && field.name === "kind" ? `${has} ${op === "!=" ? "!=" : "="} ${kind}` : "false";
  }
  if (op === "=~" || op === "!~")
    return `${op === "!~" ? "NOT " : ""}regexp_full_match(${has}::VARCHAR, ${bind(String(value))})`;
  if (typeof value === "number") return `try_cast(${has} AS DOUBLE) ${op} ${value}`;
  if (op === "=" && isService(field)) return ofServiceSql(has, String(value), bind);
  const bound = bind(String(value));
  return `${has}::VARCHAR ${op} ${bound}`;
}

/** As text where it is an attribute's. */
export function valueSql(field: Field, bind: Bind): string {
  if (field.kind === "intrinsic") return COLUMNS[field.name] ?? "NULL";
  const at = bind(`/${field.name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const own = `json_extract_string(attributes, ${at})`;
  const of = `json_extract_string(resource, ${at})`;
  return { span: own, resource: of, any: `coalesce(${own}, ${of})` }[field.scope];
}
