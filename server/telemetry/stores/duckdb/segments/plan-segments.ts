import { type Measure, type Segment, sumMeasures } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import { SLOT_MS, type Slot } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";

/** A stretch of time that is one segment, and what the store holds of it. */
export interface Period {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly held: Measure;
}

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A segment is read back in one transaction, which others wait for. */
const ROWS_MAX = 1_000_000;

export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/**
 * What of a day is over by `untilMs`, in as few segments as may be: the day, its hours, or ten minutes. The more of it is over, the
 * fewer they become; a day of very many rows stays in parts.
 */
export function periodsOfDay(slots: readonly Slot[], untilMs: number, hasDays: boolean, rowsMax = ROWS_MAX): Period[] {
  const over = slots.filter(({ startMs }) => startMs + SLOT_MS <= untilMs);
  return split(over, untilMs, hasDays ? [DAY_MS, HOUR_MS, SLOT_MS] : [HOUR_MS, SLOT_MS], rowsMax);
}

function split(
  slots: readonly Slot[],
  untilMs: number,
  [lengthMs = SLOT_MS, ...shorter]: readonly number[],
  rowsMax: number,
): Period[] {
  const byStart = Map.groupBy(slots, ({ startMs }) => Math.floor(startMs / lengthMs) * lengthMs);
  return [...byStart].flatMap(([fromMs, part]) => {
    const toMs = fromMs + lengthMs;
    const held = sumMeasures(part);
    if (shorter.length > 0 && (toMs > untilMs || held.rows > rowsMax)) return split(part, untilMs, shorter, rowsMax);
    return [{ fromMs, toMs, held }];
  });
}

/** What becomes of a day's segments. */
export interface DayPlan {
  readonly keep: readonly Segment[];
  readonly write: readonly Period[];
}

/**
 * Segments that hold all that the store does stay; those that do not are written. One of a time of which the store holds nothing stays
 * until retention has passed it (`cutMs`): that it is gone from the store may be damage that was not found yet.
 */
export function planDay(known: readonly Segment[], periods: readonly Period[], cutMs: number): DayPlan {
  const write: Period[] = [];
  const keep = known.filter(
    ({ fromMs, toMs }) => toMs > cutMs && !periods.some((period) => period.fromMs < toMs && period.toMs > fromMs),
  );
  for (const period of periods) {
    const same = known.find(({ fromMs, toMs }) => fromMs === period.fromMs && toMs === period.toMs);
    if (same === undefined || period.held.weight > same.has.weight) write.push(period);
    else keep.push({ ...same, held: period.held });
  }
  return { keep, write };
}
