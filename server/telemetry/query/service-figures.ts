import type { Belief, IsLive } from "#core/graph/believed-shares.ts";
import { judgeTally } from "#core/graph/build-graph.ts";
import { mergeReporters } from "#core/graph/merge-reporters.ts";
import { serviceNode } from "#core/graph/node-of.ts";
import { Tally } from "#core/graph/tally.ts";
import { byDefault, type TolerancesOf, tolerancesFor } from "#core/graph/tolerance.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { quantileOf } from "#core/telemetry/quantile.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { ServiceFigures } from "#server/services/dependencies.ts";

/** Figures of each service that was called. `sparklines`: host → requests per second over the range. */
export function serviceFigures(
  rows: readonly TrafficRow[],
  seconds: number,
  sparklines: ReadonlyMap<string, readonly number[]>,
  { isLive, tolerances = byDefault }: { readonly isLive?: IsLive | undefined; readonly tolerances?: TolerancesOf } = {},
): ServiceFigures[] {
  const byHost = new Map<string, Tally>();
  for (const { service, believed } of mergeReporters(rows, isLive)) {
    if (service === UNKNOWN || (believed.count === 0 && believed.unseen === 0)) continue;
    const sum = byHost.get(service) ?? new Tally();
    byHost.set(service, sum);
    sum.add(believed);
  }
  return [...byHost].map(([host, tally]) => ({
    host,
    requestsPerSecond: tally.count / seconds,
    errorPercent: tally.errorPercent,
    p95Ms: quantileOf(tally.durations, 0.95),
    deniedPerSecond: tally.outcomes.denied / seconds,
    sparkline: tally.count === 0 ? [] : (sparklines.get(host) ?? []),
    health: judgeTally(
      tally,
      seconds,
      tolerancesFor(
        tolerances({ kind: "service", namespace: serviceNode(host, UNKNOWN).namespace, name: host }),
        "inbound",
        false,
      ),
    ),
  }));
}

/** One tally of all pairs: of what is believed of whom they called, by what is believed in all of the time, or of what their callers told. */
export function tallyPairs(
  rows: readonly TrafficRow[],
  which: "believed" | "told",
  beliefIn?: (row: TrafficRow) => Belief,
): Tally {
  const sum = new Tally();
  for (const { tally, believed } of mergeReporters(rows, undefined, beliefIn))
    sum.add(which === "told" ? tally : believed);
  return sum;
}
