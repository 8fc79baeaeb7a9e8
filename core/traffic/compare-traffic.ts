import { mergeReporters } from "#core/graph/merge-reporters.ts";
import { Tally } from "#core/graph/tally.ts";
import { quantilesOf } from "#core/telemetry/quantile.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { ConcernInput } from "#core/traffic/concern.ts";
import { edgeOf } from "#core/traffic/edge-of.ts";
import { findDifferences, REQUESTS_MIN } from "#core/traffic/find-differences.ts";
import { isConcernedBy, type MeasuredRows } from "#core/traffic/is-concerned-by.ts";
import type { ComparedTraffic, RevisionEffect, TrafficFigures } from "#core/traffic/revision-effect.ts";

export interface CompareInput extends Omit<ConcernInput, "rows" | "samples" | "seconds"> {
  readonly before: MeasuredRows;
  readonly after: MeasuredRows;
}

const SHOWN_MAX = 50;

/** The requests that changes bear on, by caller and service, before and after, and what of them is another. */
export function compareTraffic(
  input: CompareInput,
): Pick<RevisionEffect, "findings" | "traffic" | "trafficCount" | "silence"> {
  const { before, after, ...world } = input;
  const isConcerned = isConcernedBy({ ...world, samples: [] }, [before, after]);
  const [was, is] = [sumByEdge(before.rows), sumByEdge(after.rows)];
  const all = [...new Set([...was.keys(), ...is.keys()])].filter(isConcerned).map((edge): ComparedTraffic => {
    const [caller = "", called = ""] = edge.split(">");
    return {
      ...{ caller, called },
      before: figuresOf(was.get(edge), before.seconds),
      after: figuresOf(is.get(edge), after.seconds),
    };
  });
  const traffic = all.sort((a, b) => requestsOf(b) - requestsOf(a) || (a.caller < b.caller ? -1 : 1));
  return {
    findings: findDifferences(traffic),
    traffic: traffic.slice(0, SHOWN_MAX),
    trafficCount: traffic.length,
    silence: whySilent(traffic),
  };
}

const requestsOf = ({ before, after }: ComparedTraffic): number => before.requests + after.requests;

function whySilent(traffic: readonly ComparedTraffic[]): string | null {
  const sum = (when: "before" | "after"): number => traffic.reduce((all, each) => all + each[when].requests, 0);
  const [before, after] = [sum("before"), sum("after")];
  if (before + after === 0) return "no requests";
  if (before === 0) return "no requests before it";
  return before < REQUESTS_MIN || after < REQUESTS_MIN ? "too few requests" : null;
}

function sumByEdge(rows: readonly TrafficRow[]): ReadonlyMap<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const pair of mergeReporters(rows)) {
    // Of connections neither answers nor times are known.
    if (pair.protocol === "tcp") continue;
    const edge = edgeOf(pair);
    const sum = sums.get(edge) ?? new Tally();
    sums.set(edge, sum);
    sum.add(pair.tally);
  }
  return sums;
}

function figuresOf(tally: Tally = new Tally(), seconds: number): TrafficFigures {
  const { count, outcomes, durations } = tally;
  const [p50Ms = null, p95Ms = null] = quantilesOf(durations, [0.5, 0.95]);
  const percent = (part: number): number => (count === 0 ? 0 : (100 * part) / count);
  return {
    requests: Math.round(count),
    requestsPerSecond: seconds === 0 ? 0 : count / seconds,
    failedPercent: percent(outcomes["server-error"] + outcomes["no-response"] + outcomes["grpc-error"]),
    refusedPercent: percent(outcomes.denied),
    ...{ p50Ms, p95Ms },
  };
}
