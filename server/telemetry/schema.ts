import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";

export const SCHEMA_VERSION = 2;

/** What makes a file of an older version one of the next: by the version it has. */
export const UPGRADES: Readonly<Record<number, readonly string[]>> = {
  1: ["ALTER TABLE keys ADD COLUMN source_address VARCHAR DEFAULT ''"],
};

const BUCKETS = Array.from({ length: BUCKET_COUNT }, (_, index) => `b${index}`);

/** Columns of a window that are summed. */
export const SUMMED = ["count", "request_bytes", "response_bytes", "duration_sum", ...BUCKETS] as const;

const WINDOW = `start_ms BIGINT NOT NULL, key INTEGER NOT NULL, count UBIGINT NOT NULL, request_bytes UBIGINT NOT NULL,
  response_bytes UBIGINT NOT NULL, duration_sum DOUBLE NOT NULL, ${BUCKETS.map((bucket) => `${bucket} UINTEGER NOT NULL`).join(", ")}`;

/**
 * Rows of windows are only ever added; several rows of one key and time are summed by who reads. `keys` are the labels
 * of windows, stored once. Without indexes on purpose: DuckDB's min-max per block finds times, and an index would cost
 * memory and every append.
 */
export const SCHEMA = [
  "CREATE TABLE schema_version (version INTEGER NOT NULL)",
  `INSERT INTO schema_version VALUES (${SCHEMA_VERSION})`,
  `CREATE TABLE keys (id INTEGER NOT NULL, reporter VARCHAR, source_workload VARCHAR, source_namespace VARCHAR, source_app VARCHAR,
    source_version VARCHAR, source_principal VARCHAR, destination_workload VARCHAR, destination_namespace VARCHAR, destination_app VARCHAR,
    destination_version VARCHAR, destination_principal VARCHAR, destination_service VARCHAR, destination_port INTEGER, protocol VARCHAR,
    response_code INTEGER, grpc_status VARCHAR, response_flags VARCHAR, security VARCHAR, denied_by VARCHAR, from_gateway BOOLEAN, source_address VARCHAR)`,
  `CREATE TABLE windows_10s (${WINDOW})`,
  `CREATE TABLE windows_1m (${WINDOW})`,
  `CREATE TABLE windows_10m (${WINDOW})`,
  "CREATE TABLE rolled (tier VARCHAR NOT NULL, until_ms BIGINT NOT NULL)",
  "CREATE TABLE reports (reporter VARCHAR NOT NULL, store_id VARCHAR NOT NULL, sequence UBIGINT NOT NULL, received_ms BIGINT NOT NULL)",
  `CREATE TABLE samples (start_ms BIGINT NOT NULL, reporter VARCHAR, duration_ms DOUBLE, method VARCHAR, path VARCHAR, authority VARCHAR,
    response_code INTEGER, response_flags VARCHAR, response_code_details VARCHAR, trace_id VARCHAR, request_id VARCHAR, source_workload VARCHAR,
    source_namespace VARCHAR, source_principal VARCHAR, destination_service VARCHAR, destination_workload VARCHAR,
    destination_namespace VARCHAR, destination_version VARCHAR, route_name VARCHAR, denied_by VARCHAR)`,
  `CREATE TABLE spans (start_us BIGINT NOT NULL, duration_us BIGINT NOT NULL, trace_id VARCHAR NOT NULL, span_id VARCHAR NOT NULL,
    parent_span_id VARCHAR, service VARCHAR, name VARCHAR, kind UTINYINT, status UTINYINT, is_error BOOLEAN, status_message VARCHAR,
    attributes VARCHAR, resource VARCHAR, events VARCHAR)`,
  "CREATE TABLE gaps (start_ms BIGINT NOT NULL, end_ms BIGINT NOT NULL, workload VARCHAR, reason VARCHAR, requests UBIGINT)",
] as const;

/** How far the store has come: what TelemetryLedger holds its file against. Files of before have none; it is added. */
export const LEDGER =
  "CREATE TABLE ledger (commits BIGINT NOT NULL, at_ms BIGINT NOT NULL, tally VARCHAR NOT NULL, added VARCHAR NOT NULL)";

/** Where windows of each length are. */
export const TIERS = [
  { name: "10s", table: "windows_10s", stepMs: 10_000 },
  { name: "1m", table: "windows_1m", stepMs: 60_000 },
  { name: "10m", table: "windows_10m", stepMs: 600_000 },
] as const;

export type TierName = (typeof TIERS)[number]["name"];
