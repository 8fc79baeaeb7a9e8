import type { Field } from "#core/traceql/query.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { ofServiceSql, valueSql } from "#server/telemetry/stores/clickhouse/span-conditions.ts";

/** What there is to choose among is looked for in so many spans, the newest. */
const SPANS_MAX = 20_000;
const NAMES_MAX = 1000;

/** Spans from a time on that count. */
const since = ({ book }: OpenedDatabase, fromMs: number, bindings: Bindings): string =>
  `start_us >= ${bindings.whole(fromMs)} * 1000 AND ${book.visible()}`;

const newest = (opened: OpenedDatabase, columns: string, fromMs: number, bindings: Bindings): string =>
  `(SELECT ${columns} FROM spans WHERE ${since(opened, fromMs, bindings)} ORDER BY start_us DESC LIMIT ${SPANS_MAX})`;

/** Also by the application's name alone, where the service is `app.namespace`. */
export async function readServices(opened: OpenedDatabase, fromMs: number): Promise<readonly string[]> {
  const bindings = new Bindings();
  const rows = await opened.client.rows<{ told: string }>(
    `SELECT DISTINCT arrayJoin([toString(service), JSONExtractString(resource, 'istio.canonical_service')]) AS told FROM spans
     WHERE ${since(opened, fromMs, bindings)} ORDER BY told LIMIT ${NAMES_MAX}`,
    bindings,
  );
  return rows.map(({ told }) => told).filter((service) => service !== "" && service !== "unknown");
}

export async function readOperations(
  opened: OpenedDatabase,
  service: string,
  fromMs: number,
): Promise<readonly { readonly name: string; readonly kind: number }[]> {
  const bindings = new Bindings();
  return opened.client.rows<{ name: string; kind: number }>(
    `SELECT DISTINCT name, kind FROM spans WHERE ${since(opened, fromMs, bindings)} AND ${ofServiceSql("service", service, bindings)}
     ORDER BY name LIMIT ${NAMES_MAX}`,
    bindings,
  );
}

export async function readAttributeNames(
  opened: OpenedDatabase,
  scope: "span" | "resource",
  fromMs: number,
): Promise<readonly string[]> {
  const bindings = new Bindings();
  const column = scope === "span" ? "attributes" : "resource";
  const rows = await opened.client.rows<{ told: string }>(
    `SELECT DISTINCT arrayJoin(JSONExtractKeys(${column})) AS told FROM ${newest(opened, column, fromMs, bindings)} ORDER BY told LIMIT ${NAMES_MAX}`,
    bindings,
  );
  return rows.map(({ told }) => told);
}

export async function readValues(opened: OpenedDatabase, field: Field, fromMs: number): Promise<readonly string[]> {
  const bindings = new Bindings();
  const value = valueSql(field, bindings);
  const rows = await opened.client.rows<{ told: string }>(
    `SELECT DISTINCT toString(${value}) AS told FROM ${newest(opened, "*", fromMs, bindings)} WHERE told IS NOT NULL ORDER BY told LIMIT ${NAMES_MAX}`,
    bindings,
  );
  return rows.map(({ told }) => told);
}
