import { type CoarseTier, TIERS } from "#server/telemetry/ports/tiers.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import { ROLLED, SHAPES, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

/** Up to when each coarser tier holds everything. */
export type Rolled = Readonly<Record<CoarseTier, number>>;

/** How long after its end a minute is rolled up; reports that come later are added to all tables as they come. */
const SETTLE_MS = 15_000;
/** So much time is rolled up to hours and days at once at most: of an older store's year the rest follows. */
const AT_ONCE_MS = 2 * 86_400_000;
const HOUR_MS = 3_600_000;
const [FINEST, ...COARSE] = TIERS;

export const COARSE_TIERS: readonly CoarseTier[] = COARSE.map(({ name }) => name);

export function rolledBy(untilOf: (tier: CoarseTier, stepMs: number) => number): Rolled {
  return Object.fromEntries(COARSE.map(({ name, stepMs }) => [name, untilOf(name, stepMs)])) as Record<
    CoarseTier,
    number
  >;
}

/** Times up to which everything may be rolled up now. */
export function rollTargets(nowMs: number): Rolled {
  return rolledBy((_, stepMs) => Math.floor((nowMs - SETTLE_MS) / stepMs) * stepMs);
}

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
  const targets = rollTargets(nowMs);
  const rolled = { ...from };
  let finer: (typeof TIERS)[number] = FINEST;
  for (const tier of COARSE) {
    const { name, stepMs } = tier;
    const start = Math.max(from[name], Number.isFinite(firstMs) ? Math.floor(firstMs / stepMs) * stepMs : from[name]);
    // No further than what it is made of.
    const ready = finer.name === "10s" ? targets[name] : Math.floor(rolled[finer.name] / stepMs) * stepMs;
    const end = Math.min(targets[name], ready, stepMs < HOUR_MS ? ready : start + AT_ONCE_MS);
    if (end > start) {
      const range = `start_ms >= ${start} AND start_ms < ${end}`;
      let source = WINDOWS[finer.name].name;
      if (finer.name === "10s") {
        await connection.run(`CREATE OR REPLACE TEMP TABLE joined AS ${sumWindows(source, finer.stepMs, range)}`);
        await connection.run(`DELETE FROM ${source} WHERE ${range}`);
        await connection.run(`INSERT INTO ${source} BY NAME FROM joined`);
        source = "joined";
      }
      await connection.run(`INSERT INTO ${WINDOWS[name].name} BY NAME ${sumWindows(source, stepMs, range)}`);
      if (source === "joined") await connection.run("DROP TABLE joined");
      if (name === "10m") await joinShapes(connection, stepMs, start, end);
      await append(ROLLED, [{ tier: name, untilMs: end }]);
      rolled[name] = end;
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
