import type { HealthRun } from "#core/view/health.ts";

/** A part of a strip, in percent of its width. */
export interface StripPart extends HealthRun {
  readonly leftPercent: number;
  readonly widthPercent: number;
}

/** So thin a part is still seen. */
const LEAST_PERCENT = 0.4;

/** Runs as parts of a strip from one time to another. */
export function buildStrip(runs: readonly HealthRun[], fromMs: number, toMs: number): readonly StripPart[] {
  const percentAt = (ms: number): number => (100 * (Math.min(toMs, Math.max(fromMs, ms)) - fromMs)) / (toMs - fromMs);
  return runs.flatMap((run) => {
    const leftPercent = percentAt(run.sinceMs);
    const widthPercent = percentAt(run.untilMs) - leftPercent;
    return widthPercent <= 0
      ? []
      : [{ ...run, leftPercent, widthPercent: Math.min(100 - leftPercent, Math.max(LEAST_PERCENT, widthPercent)) }];
  });
}
