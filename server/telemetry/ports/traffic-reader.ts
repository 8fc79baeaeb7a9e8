import type { DimensionName, TrafficKey } from "#core/telemetry/dimensions.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";

export interface TrafficRange {
  readonly startMs: number;
  readonly endMs: number;
  /** The coarsest window that may be read: a series' step. */
  readonly stepMsMax?: number;
  /** How far the start may be rounded down, in ms. */
  readonly startRoundMs?: number;
  /** Which histograms are asked for: of durations where nothing is said. They cost most of reading. */
  readonly histograms?: readonly HistogramName[];
}

/** Sets of labels that have all of these values, and those that are listed. Without either: none. */
export interface LabelFilter {
  readonly having?: Partial<TrafficKey>;
  /** As `keys` answered them. */
  readonly among?: readonly TrafficKey[];
}

/** Each window counts once, whichever tiers a range is read from. */
export interface TrafficReader {
  /** Every set of labels that is stored. */
  keys(): Iterable<TrafficKey>;
  /** Start of the oldest window that ever was; Infinity where there is none. */
  firstMs(): number;
  /**
   * Windows added up, one row a set of labels; `startMs` is the start of what was read, rounded down to a window that is
   * still there. Rows may share the array of their histograms.
   */
  sum(
    range: TrafficRange,
    only?: LabelFilter,
  ): Promise<{ readonly startMs: number; readonly rows: readonly TrafficRow[] }>;
  /** The same for each slot of a series: slot start in ms → rows. Slots begin at multiples of `stepMs`. */
  sumBySlot(
    range: TrafficRange,
    stepMs: number,
    only: LabelFilter,
  ): Promise<ReadonlyMap<number, readonly TrafficRow[]>>;
  /** Requests by one label: its value → slot start → count. */
  countBySlot(
    range: TrafficRange,
    stepMs: number,
    by: DimensionName,
    only: LabelFilter,
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>;
}
