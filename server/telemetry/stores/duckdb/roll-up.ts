import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { dueOf, type Rolled } from "#server/telemetry/stores/rolled.ts";
import { ROLLED, SHAPES, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** Two rows of a key's window stay: they are read for less than one is written anew. */
const ROWS_KEPT = 2;
const [FINEST, ...COARSE] = TIERS;

/**
 * Adds finished minutes to the coarser tables, and joins the many rows that partial reports and replicas left of each fine window.
 * Runs in one transaction with the mark that says so: a window is never in a coarse table twice. `firstMs`: start of the oldest window;
 * `rowsMax`: how many rows are summed at once.
 */
export async function rollUp(
  transaction: WriteTransaction,
  from: Rolled,
  nowMs: number,
  firstMs: number,
  rowsMax?: number,
): Promise<Rolled> {
  const { connection, append } = transaction;
  const rolled = { ...from };
  let finer: (typeof TIERS)[number] = FINEST;
  for (const tier of COARSE) {
    const { name, stepMs } = tier;
    const due = dueOf(rolled, name, nowMs, firstMs);
    if (due !== undefined) {
      const { startMs: start, endMs: end } = due;
      const table = WINDOWS[finer.name].name;
      const where = `start_ms >= ${start} AND start_ms < ${end}`;
      const bound = rowsMax === undefined ? {} : { rowsMax };
      if (finer.name === "10s") await joinPartial(transaction, finer.stepMs, where, bound);
      await sumWindows(transaction, { table, where, into: WINDOWS[name], stepMs, ...bound });
      if (name === "10m") await joinShapes(connection, stepMs, start, end);
      await append(ROLLED, [{ tier: name, untilMs: end }]);
      rolled[name] = end;
    }
    finer = tier;
  }
  return rolled;
}

/** Makes one row of those of a key's window where they are many. Most windows have one or two, which stay. */
async function joinPartial(
  transaction: WriteTransaction,
  stepMs: number,
  range: string,
  bound: { readonly rowsMax?: number },
): Promise<void> {
  const { connection } = transaction;
  const into = WINDOWS[FINEST.name];
  const start = `start_ms // ${stepMs} * ${stepMs}`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE partial AS SELECT ${start} AS start_ms, key FROM ${into.name} WHERE ${range}
     GROUP BY ${start}, key HAVING count(*) > ${ROWS_KEPT}`,
  );
  const [[count] = []] = (await connection.runAndReadAll("SELECT count(*)::INTEGER FROM partial")).getRowsJS();
  if (count !== 0) {
    const where = `${range} AND (${start}, key) IN (SELECT start_ms, key FROM partial)`;
    await sumWindows(transaction, { table: into.name, where, into, stepMs, isMoved: true, ...bound });
  }
  await connection.run("DROP TABLE partial");
}

/** Shapes of times that are over are one row in ten minutes each. */
async function joinShapes(
  connection: WriteTransaction["connection"],
  stepMs: number,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const { name } = SHAPES;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE joined AS SELECT start_ms // ${stepMs} * ${stepMs} AS start_ms, key, method, path_template, sum(count)::UBIGINT AS count
     FROM ${name} WHERE ${name}.start_ms >= ${fromMs} AND ${name}.start_ms < ${toMs} GROUP BY ALL`,
  );
  await connection.run(`DELETE FROM ${name} WHERE start_ms >= ${fromMs} AND start_ms < ${toMs}`);
  await connection.run(`INSERT INTO ${name} BY NAME SELECT * FROM joined`);
  await connection.run("DROP TABLE joined");
}
