import { TIERS } from "#server/telemetry/ports/tiers.ts";
import type { Held } from "#server/telemetry/stores/duckdb/held.ts";
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
 * `rowsMax`: how many rows are summed at once. Resolves with what each table holds more than before: what is joined holds as much as it did.
 */
export async function rollUp(
  transaction: WriteTransaction,
  from: Rolled,
  nowMs: number,
  firstMs: number,
  rowsMax?: number,
): Promise<{ readonly rolled: Rolled; readonly added: Held }> {
  const { connection, append } = transaction;
  const rolled = { ...from };
  const added: Record<string, number> = {};
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
      const into = WINDOWS[name];
      added[into.name] = await sumWindows(transaction, { table, where, into, stepMs, ...bound });
      if (name === "10m") await joinShapes(connection, stepMs, where);
      await append(ROLLED, [{ tier: name, untilMs: end }]);
      rolled[name] = end;
    }
    finer = tier;
  }
  return { rolled, added };
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

/** Shapes of times that are over are one row in ten minutes each. All at once: what is no histogram DuckDB sums on disk where memory is short, and in parts each would look through all rows. */
async function joinShapes(connection: WriteTransaction["connection"], stepMs: number, where: string): Promise<void> {
  const { name } = SHAPES;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE joined AS SELECT slot AS start_ms, key, method, path_template, sum(count)::UBIGINT AS count
     FROM (SELECT *, start_ms // ${stepMs} * ${stepMs} AS slot FROM ${name} WHERE ${where}) GROUP BY ALL`,
  );
  await connection.run(`DELETE FROM ${name} WHERE ${where}`);
  await connection.run(`INSERT INTO ${name} BY NAME FROM joined`);
  await connection.run("DROP TABLE joined");
}
