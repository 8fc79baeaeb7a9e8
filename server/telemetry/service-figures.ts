import { judgeTally } from "#core/graph/build-graph.ts";
import { mergeReporters, type Pair } from "#core/graph/merge-reporters.ts";
import { Tally } from "#core/graph/tally.ts";
import { quantileMs } from "#core/telemetry/quantile.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";
import type { ServiceFigures } from "#server/services/dependencies.ts";

/** Figures of each service that was called. `sparklines`: host → requests per second over the range. */
export function serviceFigures(
  rows: readonly TrafficRow[],
  seconds: number,
  sparklines: ReadonlyMap<string, readonly number[]>,
): ServiceFigures[] {
  const byHost = new Map<string, Tally>();
  for (const { service, tally } of mergeReporters(rows)) {
    if (service === UNKNOWN) continue;
    const sum = byHost.get(service) ?? new Tally();
    byHost.set(service, sum);
    sum.add(tally);
  }
  return [...byHost].map(([host, tally]) => ({
    host,
    requestsPerSecond: tally.count / seconds,
    errorPercent: tally.errorPercent,
    p95Ms: quantileMs(tally.buckets, 0.95),
    deniedPerSecond: tally.outcomes.denied / seconds,
    sparkline: sparklines.get(host) ?? [],
    health: judgeTally(tally, seconds),
  }));
}

/** One tally of all pairs that are wanted. */
export function tallyPairs(rows: readonly TrafficRow[], isWanted: (pair: Pair) => boolean = () => true): Tally {
  const sum = new Tally();
  for (const pair of mergeReporters(rows)) if (isWanted(pair)) sum.add(pair.tally);
  return sum;
}
