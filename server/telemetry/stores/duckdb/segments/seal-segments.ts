import type { DuckDBConnection } from "@duckdb/node-api";
import type { CoarseTier } from "#server/telemetry/ports/tiers.ts";
import {
  DAY_MS,
  type DayPlan,
  dayOf,
  periodsOfDay,
  planDay,
} from "#server/telemetry/stores/duckdb/segments/plan-segments.ts";
import type { Segment } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import type { Catalog, SegmentFiles } from "#server/telemetry/stores/duckdb/segments/segment-files.ts";
import {
  measureSlots,
  SEGMENT_TABLES,
  type SegmentTable,
  SLOT_MS,
} from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import { writeSegment } from "#server/telemetry/stores/duckdb/segments/write-segment.ts";

export interface SealOptions {
  readonly files: SegmentFiles;
  readonly catalog: Catalog | undefined;
  /** Segments that were found damaged: they are written anew, as those of another schema are. */
  readonly damaged: ReadonlySet<string>;
  readonly schema: number;
  readonly nowMs: number;
  /** From when on rows may have come since the last round. */
  readonly fromMs: number;
  /** Up to when retention has taken rows away, by table. */
  readonly cutsMs: Readonly<Record<string, number>>;
  /** Of bytes and time. */
  readonly budget: () => boolean;
}

export interface Sealed {
  readonly catalog: Catalog;
  /** The budget ended before all was written. */
  readonly isBehind: boolean;
}

/** What comes later than this after its time is in a segment that is written again. */
const SETTLE_MS = 30_000;

interface Day extends DayPlan {
  readonly table: SegmentTable;
  readonly dayMs: number;
  readonly known: readonly Segment[];
}

/**
 * Writes what of the store is over, and not in a segment yet, to segments, and the catalog of all of them: as one transaction reads the
 * store. Whatever dies meanwhile, the catalog before it counts, and all that it speaks of is there.
 */
export async function sealSegments(connection: DuckDBConnection, options: SealOptions): Promise<Sealed> {
  const { files, catalog: before, schema, nowMs, budget } = options;
  const untilMs = Math.floor((nowMs - SETTLE_MS) / SLOT_MS) * SLOT_MS;
  const round = files.nextRound();
  files.make();
  await connection.run("BEGIN");
  try {
    const days: Day[] = [];
    for (const table of SEGMENT_TABLES) days.push(...(await planDays(connection, table, untilMs, options)));
    const segments: Segment[] = [];
    let isBehind = false;
    // The newest are what nothing else tells of.
    for (const { table, keep, write, known } of days.sort((a, b) => b.dayMs - a.dayMs)) {
      isBehind ||= write.length > 0 && !budget();
      if (isBehind && write.length > 0) {
        segments.push(...known);
        continue;
      }
      segments.push(...keep);
      for (const period of write)
        segments.push(await writeSegment(connection, files, table, period, { round, schema }));
    }
    const catalog = {
      round,
      atMs: nowMs,
      untilMs,
      ...(await readBase(connection)),
      segments: segments.sort((a, b) => a.table.localeCompare(b.table) || a.fromMs - b.fromMs),
    };
    if (!isSame(before, catalog)) files.write(catalog);
    return { catalog, isBehind };
  } finally {
    await connection.run("ROLLBACK").catch(() => undefined);
  }
}

/** Days that may be other than the last catalog says, and those of before as it says. */
async function planDays(
  connection: DuckDBConnection,
  table: SegmentTable,
  untilMs: number,
  { catalog, damaged, schema, fromMs, cutsMs }: SealOptions,
): Promise<Day[]> {
  const isStale = (segment: Segment): boolean => damaged.has(segment.file) || segment.schema !== schema;
  const known = (catalog?.segments ?? []).filter((each) => each.table === table.name);
  const firstDay = dayOf(known[0]?.fromMs ?? 0);
  const lookFromMs = dayOf(Math.min(fromMs, ...known.filter(isStale).map((segment) => segment.fromMs)));
  const time = (ms: number): number => ms * table.unitsPerMs;
  // Of the oldest day retention takes more and more.
  const slots = await measureSlots(
    connection,
    table,
    `(${table.time} >= ${time(lookFromMs)} OR ${table.time} < ${time(firstDay + DAY_MS)}) AND ${table.time} < ${time(untilMs)}`,
  );
  const slotsOf = Map.groupBy(slots, ({ startMs }) => dayOf(startMs));
  const knownOf = Map.groupBy(known, (segment) => dayOf(segment.fromMs));
  const cutMs = cutsMs[table.name] ?? 0;
  return [...new Set([...slotsOf.keys(), ...knownOf.keys()])].map((dayMs) => {
    const ofDay = knownOf.get(dayMs) ?? [];
    const good = ofDay.filter((segment) => !isStale(segment));
    const isLookedAt = dayMs >= lookFromMs || dayMs <= firstDay;
    const periods = isLookedAt ? periodsOfDay(slotsOf.get(dayMs) ?? [], untilMs, table.hasDays) : [];
    return { table, dayMs, known: ofDay, ...planDay(good, periods, cutMs) };
  });
}

async function readBase(connection: DuckDBConnection): Promise<Pick<Catalog, "commits" | "rolled" | "marks">> {
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const [ledger] = await read("SELECT coalesce(max(commits), 0)::DOUBLE AS commits FROM ledger");
  const rolled = await read(`SELECT tier, max(until_ms)::DOUBLE AS "untilMs" FROM rolled GROUP BY tier`);
  const marks = await read(
    `SELECT reporter, store_id AS "storeId", max(sequence)::VARCHAR AS sequence, max(received_ms)::DOUBLE AS "receivedMs" FROM reports GROUP BY ALL`,
  );
  return {
    commits: Number(ledger?.commits ?? 0),
    rolled: Object.fromEntries(rolled.map(({ tier, untilMs }) => [tier as CoarseTier, Number(untilMs)])),
    marks: marks as unknown as Catalog["marks"],
  };
}

/** A store that nobody reports to leaves its catalogs as they are. */
function isSame(before: Catalog | undefined, { commits, untilMs, segments }: Catalog): boolean {
  return (
    before !== undefined &&
    before.commits === commits &&
    before.untilMs === untilMs &&
    JSON.stringify(before.segments) === JSON.stringify(segments)
  );
}
