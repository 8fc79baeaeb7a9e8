import type { DuckDBValue } from "@duckdb/node-api";
import type { Field } from "#core/traceql/query.ts";
import { valueSql } from "#server/telemetry/stores/duckdb/compile-condition.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { ofServiceSql } from "#server/telemetry/stores/duckdb/service-sql.ts";

/** What there is to choose among is looked for in so many spans, the newest. */
const SPANS_MAX = 20_000;
const NAMES_MAX = 1000;

const newest = (columns: string, fromMs: number): string =>
  `(SELECT ${columns} FROM spans WHERE start_us >= ${Math.floor(fromMs) * 1000} ORDER BY start_us DESC LIMIT ${SPANS_MAX})`;

/** Also by the application's name alone, where the service is `app.namespace`. */
export async function readServices(reader: Reader, fromMs: number): Promise<readonly string[]> {
  const from = `FROM spans WHERE start_us >= ${Math.floor(fromMs) * 1000}`;
  const rows = await reader.rows(
    `SELECT DISTINCT service ${from} UNION SELECT DISTINCT regexp_extract(resource, '"istio\\.canonical_service":"([^"]+)"', 1) AS service ${from} ORDER BY service LIMIT ${NAMES_MAX}`,
  );
  return rows.map(({ service }) => String(service)).filter((service) => service !== "" && service !== "unknown");
}

export async function readOperations(
  reader: Reader,
  service: string,
  fromMs: number,
): Promise<readonly { readonly name: string; readonly kind: number }[]> {
  const values: DuckDBValue[] = [];
  const of = ofServiceSql("service", service, (value) => `$${values.push(value)}`);
  const rows = await reader.rows(
    `SELECT DISTINCT name, kind FROM spans WHERE start_us >= ${Math.floor(fromMs) * 1000} AND ${of} ORDER BY name LIMIT ${NAMES_MAX}`,
    values,
  );
  return rows.map(({ name, kind }) => ({ name: String(name), kind: Number(kind) }));
}

export async function readAttributeNames(
  reader: Reader,
  scope: "span" | "resource",
  fromMs: number,
): Promise<readonly string[]> {
  const column = scope === "span" ? "attributes" : "resource";
  const rows = await reader.rows(
    `SELECT DISTINCT unnest(json_keys(${column})) AS name FROM ${newest(column, fromMs)} ORDER BY name LIMIT ${NAMES_MAX}`,
  );
  return rows.map(({ name }) => String(name));
}

export async function readValues(reader: Reader, field: Field, fromMs: number): Promise<readonly string[]> {
  const values: DuckDBValue[] = [];
  const value = valueSql(field, (each) => `$${values.push(each)}`);
  const rows = await reader.rows(
    `SELECT DISTINCT (${value})::VARCHAR AS value FROM ${newest("*", fromMs)} WHERE value IS NOT NULL ORDER BY value LIMIT ${NAMES_MAX}`,
    values,
  );
  return rows.map((row) => String(row.value));
}
