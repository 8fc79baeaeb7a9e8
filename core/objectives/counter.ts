import { answerMatcher } from "#core/graph/answer-codes.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";
import { IS_MEANT } from "#core/schema/cel/operation-tag.ts";
import { boundsOf, bucketOf } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { bucketAt, countAt } from "#core/telemetry/histogram.ts";
import { outcomeOf, type TrafficRow } from "#core/telemetry/traffic.ts";
import { parseTags } from "#core/telemetry/written-tags.ts";

/** Requests that count, and those of them that were not good. */
export interface Sums {
  readonly total: number;
  readonly bad: number;
}

export interface ObjectiveCounter {
  isMeant(key: TrafficKey): boolean;
  /** Of a row that is meant. */
  count(row: TrafficRow): Sums;
}

const NONE: Sums = { total: 0, bad: 0 };

/**
 * What an objective counts of a row. What a policy refused is nobody's failure and counts nowhere; of latencies only what was
 * answered does.
 */
export function objectiveCounter({
  host,
  workload,
  from,
  reporter,
  operation,
  good,
}: ObjectiveTerms): ObjectiveCounter {
  const isMeant = (key: TrafficKey): boolean =>
    key.reporter === reporter &&
    (host === undefined || key.destinationService === host) &&
    (workload === undefined ||
      (key.destinationWorkload === workload.name && key.destinationNamespace === workload.namespace)) &&
    (from.namespace === undefined || key.sourceNamespace === from.namespace) &&
    (from.workload === undefined || key.sourceWorkload === from.workload) &&
    (operation === undefined || parseTags(key.tags).get(operation.name) === IS_MEANT);
  if (good.kind === "latency") {
    const last = lastGoodBucket(good.thresholdMs);
    return {
      isMeant,
      count: ({ key, durations }) => {
        const outcome = outcomeOf(key);
        if (key.protocol === "tcp" || (outcome !== "ok" && outcome !== "client-error")) return NONE;
        let [total, bad] = [0, 0];
        for (let index = 0; index < durations.length; index += 1) {
          const entry = durations[index] ?? 0;
          total += countAt(entry);
          if (bucketAt(entry) > last) bad += countAt(entry);
        }
        return { total, bad };
      },
    };
  }
  const isFailed = good.codePattern === undefined ? undefined : answerMatcher(good.codePattern);
  return {
    isMeant,
    count: ({ key, count }) => {
      const outcome = outcomeOf(key);
      if (outcome === "denied") return NONE;
      const isBad =
        isFailed === undefined
          ? outcome !== "ok" && outcome !== "client-error"
          : isFailed({
              ...{ outcome, protocol: key.protocol, code: key.responseCode },
              ...{ grpcStatus: key.grpcStatus, flags: key.responseFlags },
            });
      return { total: count, bad: isBad ? count : 0 };
    },
  };
}

/** The bucket whose upper bound is nearest to a threshold, by ratio. */
function lastGoodBucket(thresholdMs: number): number {
  const at = bucketOf(thresholdMs);
  const { above, upTo } = boundsOf(at);
  return above > 0 && thresholdMs / above < upTo / thresholdMs ? at - 1 : at;
}

/** The threshold as it is counted: the bound of a bucket. */
export function countedThreshold(thresholdMs: number): number {
  return boundsOf(lastGoodBucket(thresholdMs)).upTo;
}
