import { mergeReporters } from "#core/graph/merge-reporters.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { ConcernInput } from "#core/traffic/concern.ts";
import { countPair } from "#core/traffic/counted-traffic.ts";
import { edgeOf } from "#core/traffic/edge-of.ts";
import { concerningOf } from "#core/traffic/find-concerned.ts";
import { lookUpConcerned } from "#core/traffic/look-up-concerned.ts";

export interface MeasuredRows {
  readonly rows: readonly TrafficRow[];
  readonly seconds: number;
}

/** Whether changes bear on anything of an edge, in any of these times. */
export function isConcernedBy(
  input: Omit<ConcernInput, "rows" | "seconds">,
  times: readonly MeasuredRows[],
): (edge: string) => boolean {
  const known = lookUpConcerned(input);
  const concerned = new Set<string>();
  for (const { rows, seconds } of times) {
    const concerning = input.changes.flatMap((change) => concerningOf(change, { ...input, ...known, rows, seconds }));
    for (const pair of mergeReporters(rows)) {
      const edge = edgeOf(pair);
      if (concerned.has(edge)) continue;
      if (countPair(pair).some((traffic) => concerning.some(({ of }) => of(traffic).share > 0))) concerned.add(edge);
    }
  }
  return (edge) => concerned.has(edge);
}
