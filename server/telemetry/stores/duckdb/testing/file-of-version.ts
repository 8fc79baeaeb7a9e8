import { DuckDBInstance } from "@duckdb/node-api";

/** When what is in the file was counted. */
export const OLD_START = Math.floor((Date.now() - 3600_000) / 600_000) * 600_000;
export const OLD_TRACE = "0af7651916cd43dd8448eb211c80319c";
/** Of the agent whose report 7 the file holds. */
export const OLD_REPORTER = "spiffe://cluster.local/ns/default/sa/productpage";

const BUCKETS = Array.from({ length: 20 }, (_, index) => `b${index}`);
const WINDOW = `start_ms BIGINT NOT NULL, key INTEGER NOT NULL, count UBIGINT NOT NULL, request_bytes UBIGINT NOT NULL,
  response_bytes UBIGINT NOT NULL, duration_sum DOUBLE NOT NULL, ${BUCKETS.map((name) => `${name} UINTEGER NOT NULL`).join(", ")}`;

/** As that version made its files, word for word; they are never changed. */
const SCHEMA = (version: 1 | 2): readonly string[] => [
  "CREATE TABLE schema_version (version INTEGER NOT NULL)",
  `INSERT INTO schema_version VALUES (${version})`,
  `CREATE TABLE keys (id INTEGER NOT NULL, reporter VARCHAR, source_workload VARCHAR, source_namespace VARCHAR, source_app VARCHAR,
    source_version VARCHAR, source_principal VARCHAR, destination_workload VARCHAR, destination_namespace VARCHAR, destination_app VARCHAR,
    destination_version VARCHAR, destination_principal VARCHAR, destination_service VARCHAR, destination_port INTEGER, protocol VARCHAR,
    response_code INTEGER, grpc_status VARCHAR, response_flags VARCHAR, security VARCHAR, denied_by VARCHAR, from_gateway BOOLEAN${version === 2 ? ", source_address VARCHAR" : ""})`,
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
];

const KEY = `'source', 'productpage-v1', 'default', 'productpage', 'v1', '${OLD_REPORTER}', 'reviews-v1', 'default', 'reviews', 'v1',
  'unknown', 'reviews.default.svc.cluster.local', 9080, 'http', 200, '', '-', 'mutual_tls', '', false`;

const ROWS = (version: 1 | 2): readonly string[] => [
  `INSERT INTO keys VALUES (1, ${KEY}${version === 2 ? ", ''" : ""})`,
  ...["windows_10s", "windows_1m", "windows_10m"].map(
    (table, index) =>
      `INSERT INTO ${table} VALUES (${OLD_START + index * 600_000}, 1, ${10 ** index}, 0, 0, 7, ${BUCKETS.map((_, at) => (at === 3 ? 10 ** index : 0)).join(", ")})`,
  ),
  `INSERT INTO rolled VALUES ('1m', ${OLD_START}), ('10m', ${OLD_START})`,
  `INSERT INTO reports VALUES ('${OLD_REPORTER}', 'store', 7, ${OLD_START + 60_000})`,
  `INSERT INTO samples VALUES (${OLD_START + 5}, 'source', 7, 'GET', '/old', 'reviews', 200, '-', '', '${OLD_TRACE}', '', 'productpage-v1',
    'default', '${OLD_REPORTER}', 'reviews.default.svc.cluster.local', 'reviews-v1', 'default', 'v1', '', '')`,
  `INSERT INTO spans VALUES (${OLD_START}000, 90000, '${OLD_TRACE}', 'b7ad6b7169203331', NULL, 'productpage.default', 'GET /', 2, 0, false, '',
    '{}', '{}', '[]')`,
  `INSERT INTO gaps VALUES (${OLD_START}, ${OLD_START + 5000}, 'default/reviews-v1', 'Envoy was killed', 3)`,
];

/** What stands in each tier of such a file. */
export const OLD_TIERS = [{ fine: 1, minutes: 10, tens: 100 }];

export async function readTiers(path: string): Promise<readonly object[]> {
  const sum = (table: string): string => `(SELECT sum(count)::DOUBLE FROM ${table})`;
  return runInFile(path, [
    `SELECT ${sum("windows_10s")} AS fine, ${sum("windows_1m")} AS minutes, ${sum("windows_10m")} AS tens`,
  ]);
}

/** Makes a file of an older version that holds a row of everything. */
export async function makeFileOfVersion(path: string, version: 1 | 2, hasLedger: boolean): Promise<void> {
  const ledger = hasLedger
    ? [
        "CREATE TABLE ledger (commits BIGINT NOT NULL, at_ms BIGINT NOT NULL, tally VARCHAR NOT NULL, added VARCHAR NOT NULL)",
        `INSERT INTO ledger VALUES (1, ${OLD_START}, '{"reports":1,"requests":1}', '{"reports":1,"requests":1}')`,
      ]
    : [];
  await runInFile(path, [...SCHEMA(version), ...ledger, ...ROWS(version)]);
}

/** Resolves with what the last statement answered. */
export async function runInFile(path: string, statements: readonly string[]): Promise<readonly object[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  let rows: readonly object[] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
