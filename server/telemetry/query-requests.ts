import type { DuckDBValue } from "@duckdb/node-api";
import { nameDenial } from "#core/telemetry/denied-by.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestQuery } from "#server/api/services.ts";
import type { Reader } from "#server/telemetry/reader.ts";

const COLUMNS = `start_ms::DOUBLE AS "startMs", reporter, duration_ms AS "durationMs", method, path, authority, response_code AS "responseCode",
  response_flags AS "responseFlags", response_code_details AS "responseCodeDetails", nullif(trace_id, '') AS "traceId", nullif(request_id, '') AS "requestId",
  source_workload AS "sourceWorkload", source_namespace AS "sourceNamespace", nullif(source_principal, '') AS "sourcePrincipal",
  destination_service AS "destinationService", destination_workload AS "destinationWorkload", destination_namespace AS "destinationNamespace",
  destination_version AS "destinationVersion", nullif(route_name, '') AS "routeName", nullif(denied_by, '') AS "deniedBy"`;

/** Recorded requests, newest first. `code` is a whole code, its first digits, or a class: "503", "50", "5xx". */
export async function listRequests(reader: Reader, query: RequestQuery, nowMs: number): Promise<RequestRecord[]> {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const conditions = [`start_ms >= ${Math.floor(nowMs - query.seconds * 1000)}`];
  if (query.service !== undefined) {
    const service = bind(query.service);
    conditions.push(`(destination_service = ${service} OR starts_with(destination_service, ${service} || '.'))`);
  }
  if (query.source !== undefined) conditions.push(`source_workload = ${bind(query.source)}`);
  if (query.code !== undefined)
    conditions.push(`starts_with(response_code::VARCHAR, ${bind(query.code.replace(/x+$/i, ""))})`);
  if (query.method !== undefined) conditions.push(`method = upper(${bind(query.method)})`);
  if (query.path !== undefined) conditions.push(`contains(path, ${bind(query.path)})`);
  if (query.deniedOnly === true) conditions.push("denied_by != ''");
  const rows = (await reader.rows(
    `SELECT ${COLUMNS} FROM samples WHERE ${conditions.join(" AND ")} ORDER BY start_ms DESC LIMIT ${query.limit}`,
    values,
  )) as unknown as readonly RequestRecord[];
  return rows.map((row) => (row.deniedBy === null ? row : { ...row, deniedBy: nameDenial(row.deniedBy) }));
}
