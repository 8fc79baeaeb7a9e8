import type { DuckDBConnection } from "@duckdb/node-api";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { DIMENSIONS } from "#core/telemetry/dimensions.ts";
import { keptKey } from "#core/telemetry/traffic-key.ts";
import type { Segment } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import { type SegmentTable, segmentTable } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import type { SeriesNumbers } from "#server/telemetry/stores/series-numbers.ts";
import { KEYS, SERIES } from "#server/telemetry/stores/tables.ts";

const VALUES_MAX = 1000;

/** Numbers of labels, as the store that is open has them. */
export interface Numbers {
  readonly keys: KeyNumbers;
  readonly series: SeriesNumbers;
}

/**
 * Adds the rows of a segment to their table, under the numbers that their labels have in this store. Resolves with what makes new numbers
 * stand, once it is committed.
 */
export async function readSegment(
  transaction: WriteTransaction,
  path: string,
  { table: name }: Segment,
  numbers: Numbers,
): Promise<() => void> {
  const { connection } = transaction;
  const table = segmentTable(name);
  const from = `read_parquet('${path.replaceAll("'", "''")}')`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  const known = new Set(described.getRowObjectsJS().map(({ column_name }) => String(column_name)));
  const columns = table.columns.map((column) => column.name).filter((column) => known.has(column));
  const quoted = (column: string): string => `"${column}"`;
  if (table.labels === undefined) {
    await connection.run(`INSERT INTO ${name} BY NAME SELECT ${columns.map(quoted).join(", ")} FROM ${from}`);
    return () => undefined;
  }
  const { column: numbered } = table.labels;
  const keep = await numberLabels(transaction, table, from, numbers, known);
  const rest = columns.filter((column) => column !== numbered).map((column) => `s."${column}"`);
  await connection.run(
    `INSERT INTO ${name} BY NAME SELECT ${rest.join(", ")}, n.now AS "${numbered}" FROM ${from} AS s JOIN renumbered AS n ON n.was = s."${numbered}"
     WHERE s.${table.time} IS NOT NULL`,
  );
  await connection.run("DROP TABLE renumbered");
  return keep;
}

/** Leaves in table `renumbered` which number of the file's is which of the store's. */
async function numberLabels(
  { connection, append }: WriteTransaction,
  { labels, time }: SegmentTable,
  from: string,
  { keys, series }: Numbers,
  known: ReadonlySet<string>,
): Promise<() => void> {
  const column = labels?.column ?? "";
  const rows = await rowsOf(
    connection,
    `SELECT ${labels?.table === "keys" ? KEYS.select(({ name }) => known.has(name) || name === "id") : "id, account, labels"}
     FROM (SELECT "${column}" AS id, * EXCLUDE ("${column}") FROM ${from} WHERE ${time} IS NULL)`,
  );
  const pairs: (readonly [was: number, now: number])[] = [];
  let keep: () => void;
  if (labels?.table === "keys") {
    const numbering = keys.begin();
    // A segment of before there was a label says nothing of it.
    const keyOf = (row: Row) => keptKey((name) => (name in row ? (row[name] as string) : DIMENSIONS[name].nobody));
    for (const row of rows) pairs.push([Number(row.id), numbering.number(keyOf(row))]);
    await append(KEYS, numbering.added);
    keep = () => numbering.keep();
  } else {
    const numbering = series.begin();
    for (const { id, account, labels: text } of rows) {
      const named = Object.entries(JSON.parse(String(text)) as Record<string, string>);
      pairs.push([Number(id), numbering.number({ account: String(account), labels: seriesLabels(named) })]);
    }
    await append(SERIES, numbering.added);
    keep = () => numbering.keep();
  }
  await connection.run("CREATE OR REPLACE TEMP TABLE renumbered (was INTEGER, now INTEGER)");
  for (let at = 0; at < pairs.length; at += VALUES_MAX)
    await connection.run(
      `INSERT INTO renumbered VALUES ${pairs
        .slice(at, at + VALUES_MAX)
        .map(([was, now]) => `(${was}, ${now})`)
        .join(", ")}`,
    );
  return keep;
}

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<readonly Row[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJS();
}
