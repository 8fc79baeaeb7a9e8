/** One step from one version of the file to the next. What a step says stays as it is: files are out there that it has made. */
export interface Migration {
  /** The version that the file has after it. */
  readonly version: number;
  readonly statements: readonly string[];
}

const BUCKETS = Array.from({ length: 20 }, (_, index) => `b${index} UINTEGER NOT NULL`).join(", ");
const WINDOW = `start_ms BIGINT NOT NULL, key INTEGER NOT NULL, count UBIGINT NOT NULL, request_bytes UBIGINT NOT NULL,
  response_bytes UBIGINT NOT NULL, duration_sum DOUBLE NOT NULL, ${BUCKETS}`;

/** Of the twenty buckets, the middle ones of the 737, as `count * 1024 + bucket` of at most 4,194,303 each. */
const MIDDLES = [0, 9, 39, 69, 90, 111, 129, 150, 171, 189, 210, 231, 249, 273, 296, 326, 356, 380, 403, 413];
const LISTS = MIDDLES.map(
  (middle, index) =>
    `[(least(4194303, b${index} - n) * 1024 + ${middle})::UINTEGER FOR n IN range(0, b${index}::BIGINT, 4194303)]`,
);

const WINDOW_WITH_HISTOGRAMS = `start_ms BIGINT NOT NULL, key INTEGER NOT NULL, count UBIGINT NOT NULL, request_bytes UBIGINT NOT NULL,
  response_bytes UBIGINT NOT NULL, duration_sum DOUBLE NOT NULL, opened UBIGINT NOT NULL, durations UINTEGER[] NOT NULL,
  request_sizes UINTEGER[] NOT NULL, response_sizes UINTEGER[] NOT NULL`;

function withHistograms(table: string): string[] {
  return [
    `CREATE TABLE ${table}_new (${WINDOW_WITH_HISTOGRAMS})`,
    `INSERT INTO ${table}_new SELECT start_ms, key, count, request_bytes, response_bytes, duration_sum, 0,
      flatten([${LISTS.join(", ")}]), [], [] FROM ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE ${table}_new RENAME TO ${table}`,
  ];
}

/**
 * From an empty file to this version's, in order. Without indexes on purpose: DuckDB's min-max per block finds times, and an
 * index would cost memory and every append.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      "CREATE TABLE schema_version (version INTEGER NOT NULL)",
      "INSERT INTO schema_version VALUES (0)",
      `CREATE TABLE keys (id INTEGER NOT NULL, reporter VARCHAR, source_workload VARCHAR, source_namespace VARCHAR, source_app VARCHAR,
    source_version VARCHAR, source_principal VARCHAR, destination_workload VARCHAR, destination_namespace VARCHAR, destination_app VARCHAR,
    destination_version VARCHAR, destination_principal VARCHAR, destination_service VARCHAR, destination_port INTEGER, protocol VARCHAR,
    response_code INTEGER, grpc_status VARCHAR, response_flags VARCHAR, security VARCHAR, denied_by VARCHAR, from_gateway BOOLEAN)`,
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
    ],
  },
  // The addresses of callers without a certificate.
  { version: 2, statements: ["ALTER TABLE keys ADD COLUMN source_address VARCHAR DEFAULT ''"] },
  // How far the store has come. Files of version 2 may have it.
  {
    version: 3,
    statements: [
      "CREATE TABLE IF NOT EXISTS ledger (commits BIGINT NOT NULL, at_ms BIGINT NOT NULL, tally VARCHAR NOT NULL, added VARCHAR NOT NULL)",
    ],
  },
  // What others measured.
  {
    version: 4,
    statements: [
      "CREATE TABLE series (id INTEGER NOT NULL, account VARCHAR NOT NULL, labels VARCHAR NOT NULL)",
      "CREATE TABLE points (series INTEGER NOT NULL, at_ms BIGINT NOT NULL, value DOUBLE)",
    ],
  },
  // Histograms of 737 buckets, only those that are not empty; what was counted by twenty is in the middle of each. TCP connections that began.
  { version: 5, statements: ["windows_10s", "windows_1m", "windows_10m"].flatMap(withHistograms) },
  // What applications log; what a span points at, and what made it.
  {
    version: 6,
    statements: [
      `CREATE TABLE logs (at_us BIGINT NOT NULL, trace_id VARCHAR, span_id VARCHAR, service VARCHAR, severity UTINYINT, severity_text VARCHAR,
    body VARCHAR, attributes VARCHAR, resource VARCHAR)`,
      "ALTER TABLE spans ADD COLUMN links VARCHAR DEFAULT '[]'",
      "ALTER TABLE spans ADD COLUMN scope VARCHAR DEFAULT ''",
    ],
  },
  // Hours and days. What was rolled up to ten minutes is rolled up further by and by.
  {
    version: 7,
    statements: [
      ...["windows_1h", "windows_1d"].map((table) => `CREATE TABLE ${table} (${WINDOW_WITH_HISTOGRAMS})`),
      "INSERT INTO rolled SELECT tier, 0 FROM (VALUES ('1h'), ('1d')) AS t(tier) WHERE EXISTS (SELECT 1 FROM rolled)",
    ],
  },
  // Requests as they are looked for, and exact counts of their shapes.
  {
    version: 8,
    statements: [
      `CREATE TABLE requests AS SELECT *, 'old-' || rowid AS id, CASE WHEN starts_with(denied_by, 'limit:') THEN 'limited' WHEN denied_by != '' THEN 'denied'
    WHEN response_code >= 500 OR response_code = 0 THEN 'error' WHEN response_code >= 400 THEN 'client-error' ELSE 'ok' END AS class, '' AS path_template,
    'http' AS protocol, '' AS grpc_status, 0::UBIGINT AS request_bytes, 0::UBIGINT AS response_bytes, 'unknown' AS source_version, '' AS source_address,
    0::INTEGER AS destination_port, '' AS destination_principal, 'unknown' AS security, '' AS subset, '' AS route_resource, '' AS route_path,
    '' AS upstream_host, '' AS upstream_failure, 0::INTEGER AS attempts, denied_by AS policy, false AS from_gateway, 1::DOUBLE AS weight,
    NULL::INTEGER AS revision FROM samples`,
      "DROP TABLE samples",
      "CREATE TABLE shapes (start_ms BIGINT NOT NULL, key INTEGER NOT NULL, method VARCHAR NOT NULL, path_template VARCHAR NOT NULL, count UBIGINT NOT NULL)",
    ],
  },
  // What limits said of requests.
  { version: 9, statements: ["ALTER TABLE keys ADD COLUMN limited_by VARCHAR DEFAULT ''"] },
  // What is still to be read back from segments.
  {
    version: 10,
    statements: [
      "CREATE TABLE restoring (file VARCHAR NOT NULL, name VARCHAR NOT NULL, amount DOUBLE NOT NULL, is_whole BOOLEAN NOT NULL, segment VARCHAR NOT NULL)",
    ],
  },
  // What Telemetries have metrics labelled by.
  { version: 11, statements: ["ALTER TABLE keys ADD COLUMN tags VARCHAR DEFAULT ''"] },
];
