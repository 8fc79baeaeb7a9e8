import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { dueOf, type Rolled } from "#server/telemetry/stores/rolled.ts";
import { ROLLED, SHAPES, WINDOWS } from "#server/telemetry/stores/tables.ts";

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
): Promise<Rolled> {
  const rolled = { ...from };
  let finer: (typeof TIERS)[number] = FINEST;
  for (const tier of COARSE) {
    const { name, stepMs } = tier;
    const due = dueOf(rolled, name, nowMs, firstMs);
    if (due !== undefined) {
      const { startMs, endMs } = due;
      const range = `start_ms >= ${startMs} AND start_ms < ${endMs}`;
      let source = WINDOWS[finer.name].name;
      if (finer.name === "10s") {
        await connection.run(`CREATE OR REPLACE TEMP TABLE joined AS ${sumWindows(source, finer.stepMs, range)}`);
        await connection.run(`DELETE FROM ${source} WHERE ${range}`);
        await connection.run(`INSERT INTO ${source} BY NAME FROM joined`);
        source = "joined";
      }
      await connection.run(`INSERT INTO ${WINDOWS[name].name} BY NAME ${sumWindows(source, stepMs, range)}`);
      if (source === "joined") await connection.run("DROP TABLE joined");
      if (name === "10m") await joinShapes(connection, stepMs, startMs, endMs);
      await append(ROLLED, [{ tier: name, untilMs: endMs }]);
      rolled[name] = endMs;
    }
    finer = tier;
  }
  return rolled;
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
