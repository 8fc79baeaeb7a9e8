import type { DuckDBValue } from "@duckdb/node-api";
import { NAMESPACE_ATTRIBUTES, partService } from "#core/traceql/of-service.ts";

/** `isOfService` as SQL; `service` is the column or expression that has the name. */
export function ofServiceSql(service: string, wanted: string, bind: (value: DuckDBValue) => string): string {
  const whole = bind(wanted);
  const byName = `${service} = ${whole} OR starts_with(${service}, ${whole} || '.')`;
  const parted = partService(wanted);
  if (parted === undefined) return `(${byName})`;
  const namespace = bind(parted.namespace);
  const isIn = NAMESPACE_ATTRIBUTES.map((name) => `json_extract_string(resource, '/${name}') = ${namespace}`).join(
    " OR ",
  );
  return `(${byName} OR (${service} = ${bind(parted.app)} AND (${isIn})))`;
}
