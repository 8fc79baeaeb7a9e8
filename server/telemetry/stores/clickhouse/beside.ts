import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import type { Rolled } from "#server/telemetry/stores/rolled.ts";
import type { SeriesNumbers } from "#server/telemetry/stores/series-numbers.ts";

/** What is kept in memory beside the database. */
export interface Beside {
  readonly keys: KeyNumbers;
  readonly series: SeriesNumbers;
  rolled: Rolled;
  /** Start of the oldest window. */
  firstMs: number;
}
