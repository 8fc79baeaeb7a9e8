/** One step from one version of the database to the next. What a step says stays as it is: databases are out there that it has made. */
export interface Migration {
  /** The version that the database has after it. */
  readonly version: number;
  /** Each may be run again: nobody knows of one that was interrupted whether it was done. */
  readonly statements: readonly string[];
}

/** What is answered as stored is on the disk. */
const DURABLE = "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Layout {
  /** What rows are looked for by, in order. */
  readonly order: string;
  /** Of what is taken away together, once all of it is too old. */
  readonly partition?: string;
  readonly more?: string;
}

function table(name: string, columns: string, { order, partition, more = "" }: Layout): string {
  const parted = partition === undefined ? "" : ` PARTITION BY ${partition}`;
  return `CREATE TABLE IF NOT EXISTS ${name} (batch UInt64 CODEC(Delta, ZSTD), ${columns}${more}, INDEX batches batch TYPE minmax GRANULARITY 1)
    ENGINE = MergeTree${parted} ORDER BY ${order} ${DURABLE}`;
}

const WINDOW = `start_ms Int64 CODEC(Delta, ZSTD), key Int32, count UInt64, request_bytes UInt64, response_bytes UInt64, duration_sum Float64, opened UInt64,
  durations Array(UInt32), request_sizes Array(UInt32), response_sizes Array(UInt32)`;
const windows = (name: string, partMs: number): string =>
  table(name, WINDOW, { order: "(start_ms, key)", partition: `intDiv(start_ms, ${partMs})` });

/** Few different ones. */
const LABEL = "LowCardinality(String)";

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      windows("windows_10s", 6 * HOUR_MS),
      windows("windows_1m", DAY_MS),
      windows("windows_10m", 30 * DAY_MS),
      windows("windows_1h", 180 * DAY_MS),
      windows("windows_1d", 180 * DAY_MS),
      table(
        "keys",
        `id Int32, reporter ${LABEL}, source_workload ${LABEL}, source_namespace ${LABEL}, source_app ${LABEL}, source_version ${LABEL},
    source_principal ${LABEL}, destination_workload ${LABEL}, destination_namespace ${LABEL}, destination_app ${LABEL}, destination_version ${LABEL},
    destination_principal ${LABEL}, destination_service ${LABEL}, destination_port Int32, protocol ${LABEL}, response_code Int32,
    grpc_status ${LABEL}, response_flags ${LABEL}, security ${LABEL}, denied_by String, from_gateway Bool, source_address String,
    limited_by String`,
        { order: "id" },
      ),
      table("shapes", "start_ms Int64, key Int32, method String, path_template String, count UInt64", {
        order: "(start_ms, key, method, path_template)",
        partition: `intDiv(start_ms, ${DAY_MS})`,
      }),
      table(
        "requests",
        `start_ms Int64 CODEC(Delta, ZSTD), id String, reporter ${LABEL}, class ${LABEL}, duration_ms Float64, method ${LABEL}, path String,
    path_template ${LABEL}, authority String, protocol ${LABEL}, response_code Int32, grpc_status ${LABEL}, response_flags ${LABEL},
    response_code_details ${LABEL}, request_bytes UInt64, response_bytes UInt64, trace_id String, request_id String, source_workload ${LABEL},
    source_namespace ${LABEL}, source_version ${LABEL}, source_principal ${LABEL}, source_address String, destination_service ${LABEL},
    destination_port Int32, destination_workload ${LABEL}, destination_namespace ${LABEL}, destination_version ${LABEL},
    destination_principal ${LABEL}, security ${LABEL}, subset ${LABEL}, route_name ${LABEL}, route_resource ${LABEL}, route_path ${LABEL},
    upstream_host String, upstream_failure String, attempts Int32, denied_by String, policy ${LABEL}, from_gateway Bool, weight Float64,
    revision Nullable(Int32)`,
        { order: "(start_ms, id)", partition: `intDiv(start_ms, ${DAY_MS})` },
      ),
      table(
        "spans",
        `start_us Int64 CODEC(Delta, ZSTD), duration_us Int64, trace_id String, span_id String, parent_span_id Nullable(String), service ${LABEL},
    name ${LABEL}, kind UInt8, status UInt8, is_error Bool, status_message String, attributes String CODEC(ZSTD), resource String CODEC(ZSTD),
    events String CODEC(ZSTD), links String CODEC(ZSTD), scope ${LABEL}`,
        {
          order: "(start_us, trace_id)",
          partition: `intDiv(start_us, ${DAY_MS * 1000})`,
          more: ", INDEX traces trace_id TYPE bloom_filter(0.01) GRANULARITY 1",
        },
      ),
      table(
        "logs",
        `at_us Int64 CODEC(Delta, ZSTD), trace_id String, span_id String, service ${LABEL}, severity UInt8, severity_text ${LABEL},
    body String CODEC(ZSTD), attributes String CODEC(ZSTD), resource String CODEC(ZSTD)`,
        {
          order: "at_us",
          partition: `intDiv(at_us, ${DAY_MS * 1000})`,
          more: ", INDEX traces trace_id TYPE bloom_filter(0.01) GRANULARITY 1",
        },
      ),
      table("gaps", "start_ms Int64, end_ms Int64, workload String, reason String, requests UInt64", {
        order: "end_ms",
      }),
      table("reports", "reporter String, store_id String, sequence UInt64, received_ms Int64", {
        order: "(reporter, store_id, sequence)",
      }),
      table("series", "id Int32, account String, labels String", { order: "id" }),
      table(
        "points",
        "series Int32, at_ms Int64 CODEC(DoubleDelta, ZSTD), value Nullable(Float64) CODEC(Gorilla, ZSTD)",
        {
          order: "(series, at_ms)",
          partition: `intDiv(at_ms, ${DAY_MS})`,
        },
      ),
      table("rolled", "tier String, until_ms Int64", { order: "(tier, until_ms)" }),
    ],
  },
  // What Telemetries have metrics labelled by.
  { version: 2, statements: ["ALTER TABLE keys ADD COLUMN IF NOT EXISTS tags String DEFAULT ''"] },
];

/** What BatchBook needs before anything else: a version of its own it has none. */
export const BOOK: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS epochs (epoch UInt64, writer String, at_ms Int64) ENGINE = MergeTree ORDER BY epoch ${DURABLE}`,
  `CREATE TABLE IF NOT EXISTS hidden (epoch UInt64, version UInt64, ranges Array(Tuple(UInt64, UInt64, Int64))) ENGINE = MergeTree
    ORDER BY (epoch, version) ${DURABLE}`,
  `CREATE TABLE IF NOT EXISTS commits (batch UInt64, at_ms Int64) ENGINE = MergeTree ORDER BY batch ${DURABLE}`,
  `CREATE TABLE IF NOT EXISTS schema_version (version UInt32) ENGINE = MergeTree ORDER BY version ${DURABLE}`,
];
