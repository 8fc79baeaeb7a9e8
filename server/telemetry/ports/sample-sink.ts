import type { SampleRow } from "#server/telemetry/ports/sample-row.ts";

export interface SampleSink {
  /**
   * Resolves when the samples outlive a kill of this process; rejects with PharosError, and then none of them is stored. Series with
   * equal labels are one. Of several samples of one series and time one is kept.
   */
  store(samples: readonly SampleRow[]): Promise<void>;
}
