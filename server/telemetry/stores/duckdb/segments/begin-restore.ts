import type { DuckDBConnection } from "@duckdb/node-api";
import { digestOfFile } from "#node/digest-of-file.ts";
import type { CoarseTier } from "#server/telemetry/ports/tiers.ts";
import { countHeld, dropUnlabelled, type Held } from "#server/telemetry/stores/duckdb/held.ts";
import { DAY_MS, dayOf } from "#server/telemetry/stores/duckdb/segments/plan-segments.ts";
import { type Segment, sumMeasures } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import type { Catalog, SegmentFiles } from "#server/telemetry/stores/duckdb/segments/segment-files.ts";
import {
  LONG_TABLES,
  measureSlots,
  SEGMENT_TABLES,
  type SegmentTable,
  within,
} from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { REPORTS, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** What a store will have back, and what it will not. */
export interface BegunRestore {
  /** How many segments are read back by and by. */
  readonly segments: number;
  /** Up to when they tell of everything. */
  readonly untilMs: number;
  /** Segments that are gone or damaged, and what the store misses for that. */
  readonly damaged: readonly { readonly segment: Segment; readonly amount: number }[];
  /** What came after the catalog, by table. */
  readonly since: readonly { readonly table: SegmentTable; readonly amount: number }[];
}

/**
 * Finds out, in the transaction of its caller, what of the segments is not in the store, and notes it in the store as to be read back: from then on
 * reports are taken, those after the marks that stand in the catalog. A time of which the store has some is taken out where its segment is whole and has
 * more. `expected` is what the store held.
 */
export async function beginRestore(
  { connection, append }: WriteTransaction,
  files: SegmentFiles,
  catalog: Catalog,
  expected: Held,
): Promise<BegunRestore> {
  // Before labels are numbered anew: others' would be theirs.
  await dropUnlabelled(connection);
  const noted = await connection.runAndReadAll("SELECT file FROM restoring");
  const under = new Set(noted.getRowsJS().map(([file]) => String(file)));
  const damaged: { segment: Segment; amount: number }[] = [];
  let segments = 0;
  const countsFromMs = await longFrom(connection, catalog, expected);
  for (const table of SEGMENT_TABLES) {
    const slots = await measureSlots(connection, table);
    for (const segment of catalog.segments) {
      if (segment.table !== table.name || under.has(segment.file)) continue;
      const { fromMs, toMs, held } = segment;
      const here = sumMeasures(slots.filter(({ startMs }) => startMs >= fromMs && startMs < toMs));
      if (here.weight >= held.weight) continue;
      const isWhole = files.isThere(segment) && (here.rows === 0 || (await isUndamaged(files, segment)));
      if (!isWhole && table.madeOf === undefined) {
        damaged.push({ segment, amount: held.amount - here.amount });
        continue;
      }
      if (isWhole && here.rows > 0)
        await connection.run(`DELETE FROM ${table.name} WHERE ${within(table, fromMs, toMs)}`);
      await note(connection, segment, isWhole, held.amount - (isWhole ? 0 : here.amount));
      segments += 1;
    }
  }
  // Reports up to these are in segments, or lost: none is counted twice.
  await append(
    REPORTS,
    catalog.marks.map((mark) => ({ ...mark, sequence: BigInt(mark.sequence) })),
  );
  await takeRolled(connection, catalog, countsFromMs);
  const now = await countHeld(connection);
  const since = SEGMENT_TABLES.flatMap((table) => {
    // Longer windows of what is not over are made of shorter ones, of those that are left too.
    if (table.madeOf !== undefined) return [];
    const told = damaged.reduce((sum, { segment, amount }) => sum + (segment.table === table.name ? amount : 0), 0);
    const amount = (expected[table.name] ?? 0) - (now[table.name] ?? 0) - told;
    return amount > 0 ? [{ table, amount }] : [];
  });
  return { segments, untilMs: catalog.untilMs, damaged, since };
}

export async function isUndamaged(files: SegmentFiles, { file, sha256 }: Segment): Promise<boolean> {
  return (await digestOfFile(files.pathOf(file)).catch(() => "")) === sha256;
}

async function note(connection: DuckDBConnection, segment: Segment, isWhole: boolean, amount: number): Promise<void> {
  await connection.run(
    "INSERT INTO restoring (file, name, amount, is_whole, segment) VALUES ($1, $2, $3::DOUBLE, $4, $5)",
    [segment.file, segment.table, amount, isWhole, JSON.stringify(segment)],
  );
}

/**
 * From when on hours and days are made anew: of those that miss any, all; else from the first day of which they tell less than segments of ten minutes do. Where
 * ten minutes alone are gone, hours and days stay as they are.
 */
async function longFrom(connection: DuckDBConnection, { segments }: Catalog, expected: Held): Promise<number> {
  const found = await countHeld(connection);
  if (LONG_TABLES.some(({ table: { name } }) => (expected[name] ?? 0) > (found[name] ?? 0))) return 0;
  const byDay = Map.groupBy(
    segments.filter(({ table }) => table === WINDOWS["10m"].name),
    ({ fromMs }) => dayOf(fromMs),
  );
  let fromMs = Number.POSITIVE_INFINITY;
  for (const { tier, table } of LONG_TABLES) {
    const untilMs = await rolledUntil(connection, tier);
    const slots = Map.groupBy(await measureSlots(connection, table), ({ startMs }) => dayOf(startMs));
    for (const [dayMs, ofDay] of byDay) {
      const told = sumMeasures(ofDay.filter(({ toMs }) => toMs <= untilMs).map(({ held }) => held));
      if (tier === "1d" && dayMs + DAY_MS > untilMs) continue;
      if (sumMeasures(slots.get(dayMs) ?? []).weight < told.weight) fromMs = Math.min(fromMs, dayMs);
    }
  }
  return fromMs;
}

async function rolledUntil(connection: DuckDBConnection, tier: CoarseTier): Promise<number> {
  const found = await connection.runAndReadAll(`SELECT max(until_ms)::DOUBLE AS ms FROM rolled WHERE tier = '${tier}'`);
  return Number(found.getRowObjectsJS()[0]?.ms ?? 0);
}

/** Up to where segments tell of everything; hours and days are made anew from a moment on. */
async function takeRolled(connection: DuckDBConnection, { rolled, untilMs }: Catalog, fromMs: number): Promise<void> {
  for (const tier of ["1m", "10m"] as const)
    await connection.run(
      `INSERT INTO rolled (tier, until_ms) VALUES ('${tier}', ${Math.min(rolled[tier] ?? 0, untilMs)})`,
    );
  for (const { tier, table } of LONG_TABLES) {
    const untilMs = Math.min(await rolledUntil(connection, tier), fromMs);
    await connection.run(`DELETE FROM ${table.name} WHERE start_ms >= ${untilMs}`);
    await connection.run(`DELETE FROM rolled WHERE tier = '${tier}'`);
    await connection.run(`INSERT INTO rolled (tier, until_ms) VALUES ('${tier}', ${untilMs})`);
  }
}
