import { mergeReporters, type Pair } from "#core/graph/merge-reporters.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isRefusal } from "#core/telemetry/refused-connection.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";

/** Requests of one key, counted once though both ends told of them. */
export interface CountedTraffic {
  readonly key: TrafficKey;
  readonly count: number;
  /** `namespace/workload`, or "unknown". */
  readonly caller: string;
  /** The same. */
  readonly called: string;
  readonly isPlain: boolean;
  /** mTLS was missing, and the connection was ended. */
  readonly isRefused: boolean;
}

/** The caller's rows, and the called end's where no caller tells; copies that mirrors made are none. */
export function countTraffic(rows: readonly TrafficRow[]): CountedTraffic[] {
  return mergeReporters(rows).flatMap(countPair);
}

export function countPair({ source, destination, rows: told, tally }: Pair): CountedTraffic[] {
  const bySource = told.filter(({ key }) => key.reporter === "source");
  const counted = bySource.length > 0 ? bySource : told.filter(({ key }) => key.reporter === "destination");
  const isPlain = tally.plain > 0 && tally.secured === 0;
  return counted.map(({ key, count }) => ({
    key,
    count,
    caller: nameOf(source),
    called: nameOf(destination),
    // The caller cannot tell where nobody answered; the called end may have.
    isPlain: key.security === "none" || (key.security === "unknown" && isPlain && !isRefusal(key.deniedBy)),
    isRefused: isRefusal(key.deniedBy),
  }));
}

function nameOf({ namespace, workload }: { readonly namespace: string; readonly workload: string }): string {
  return workload === UNKNOWN ? UNKNOWN : `${namespace}/${workload}`;
}
