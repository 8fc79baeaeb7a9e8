import { formatRate } from "#core/graph/format-rate.ts";
import type { ConcernedCaller, ConcernedTraffic } from "#core/traffic/concerned-traffic.ts";
import { describeReplayed } from "#core/traffic/describe-replayed.ts";

/** Lines for a terminal: the sum, and who sends it to whom. */
export function describeConcerned(traffic: ConcernedTraffic | null): string[] {
  if (traffic === null) return ["traffic concerned: nothing was recorded in the last minute"];
  const { requestsPerSecond, isUpperBound, callers, limits } = traffic;
  if (requestsPerSecond === 0) return ["traffic concerned: none of the last minute's"];
  return [
    `traffic concerned: ${isUpperBound ? "at most " : ""}${formatRate(requestsPerSecond)}/s over the last minute (${traffic.basis.join(", ")})`,
    ...limits.flatMap(describeReplayed),
    ...callers.map((caller) => `  ${caller.caller} -> ${caller.called}: ${describeCaller(caller)}`),
  ];
}

/** `1.3/s, 1.3/s in plain text, from 10.0.0.7` */
function describeCaller(caller: ConcernedCaller): string {
  const { requestsPerSecond, plaintextPerSecond, refusedPerSecond, addresses } = caller;
  return [
    `${formatRate(requestsPerSecond)}/s`,
    ...(plaintextPerSecond > 0 ? [`${formatRate(plaintextPerSecond)}/s in plain text`] : []),
    ...(refusedPerSecond > 0 ? [`${formatRate(refusedPerSecond)}/s refused now`] : []),
    ...(addresses.length > 0 ? [`from ${addresses.join(", ")}`] : []),
  ].join(", ");
}
