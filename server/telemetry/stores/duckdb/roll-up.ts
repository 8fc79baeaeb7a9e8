import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { dueOf, type Rolled } from "#server/telemetry/stores/rolled.ts";
import { ROLLED, SHAPES, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** So many rows are summed at once: those of hours that come together, after a server was away, take more memory than there is. */
const ROWS_MAX = 100_000;
const [FINEST, ...COARSE] = TIERS;

/**
 * Adds finished minutes to the coarser tables, and joins the several rows that partial reports left of each fine window.
 * Runs in one transaction with the mark that says so: a window is never in a coarse table twice. `firstMs`: start of the oldest window.
 */
export async function rollUp(
  { connection, append }: WriteTransaction,
  from: Rolled,
  nowMs: number,
  firstMs: number,
  rowsMax = ROWS_MAX,
): Promise<Rolled> {
  const rolled = { ...from };
  let finer: (typeof TIERS)[number] = FINEST;
  for (const tier of COARSE) {
    const { name, stepMs } = tier;
    const due = dueOf(rolled, name, nowMs, firstMs);
    if (due !== undefined) {
      const { startMs: start, endMs: end } = due;
      let at = start;
      for (const until of await partsOf(connection, WINDOWS[finer.name].name, { stepMs, start, end, rowsMax })) {
        const range = `start_ms >= ${at} AND start_ms < ${until}`;
        const source = WINDOWS[finer.name].name;
        if (finer.name === "10s") await joinPartial(connection, source, finer.stepMs, range);
        await connection.run(`INSERT INTO ${WINDOWS[name].name} BY NAME ${sumWindows(source, stepMs, range)}`);
        at = until;
      }
      if (name === "10m") await joinShapes(connection, stepMs, start, end);
      await append(ROLLED, [{ tier: name, untilMs: end }]);
      rolled[name] = end;
    }
    finer = tier;
  }
  return rolled;
}

/** Makes one row of the several that partial reports left of a key's window. Those that came whole, most of them, stay as they are. */
async function joinPartial(
  connection: WriteTransaction["connection"],
  table: string,
  stepMs: number,
  range: string,
): Promise<void> {
  const start = `start_ms // ${stepMs} * ${stepMs}`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE partial AS SELECT ${start} AS start_ms, key FROM ${table} WHERE ${range}
     GROUP BY ${start}, key HAVING count(*) > 1`,
  );
  const [[count] = []] = (await connection.runAndReadAll("SELECT count(*)::INTEGER FROM partial")).getRowsJS();
  if (count !== 0) {
    const isPartial = `${range} AND (${start}, key) IN (SELECT start_ms, key FROM partial)`;
    await connection.run(`CREATE OR REPLACE TEMP TABLE joined AS ${sumWindows(table, stepMs, isPartial)}`);
    await connection.run(`DELETE FROM ${table} WHERE ${isPartial}`);
    await connection.run(`INSERT INTO ${table} BY NAME FROM joined`);
    await connection.run("DROP TABLE joined");
  }
  await connection.run("DROP TABLE partial");
}

/** The ends of parts of whole windows, each with as many rows as are summed at once, or one window. */
async function partsOf(
  connection: WriteTransaction["connection"],
  table: string,
  { stepMs, start, end, rowsMax }: Readonly<Record<"stepMs" | "start" | "end" | "rowsMax", number>>,
): Promise<number[]> {
  const found = await connection.runAndReadAll(
    `SELECT (start_ms // ${stepMs} * ${stepMs})::DOUBLE, count(*)::DOUBLE FROM ${table} WHERE start_ms >= ${start} AND start_ms < ${end}
     GROUP BY ALL ORDER BY ALL`,
  );
  const ends: number[] = [];
  let rows = 0;
  for (const [startMs, count] of found.getRowsJS()) {
    if (rows > 0 && rows + Number(count) > rowsMax) {
      ends.push(Number(startMs));
      rows = 0;
    }
    rows += Number(count);
  }
  return [...ends, end];
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
