import { parseWorkloadLabel } from "#core/model/workload-label.ts";
import type { OutcomeView } from "#core/view/simulation.ts";

/** Which proxy answers. */
export const WHO = { caller: "the caller's proxy", called: "the called proxy" } as const;

/** Where a call ends: `reviews-v1 in default`, or what is called. */
export function endOf(outcome: OutcomeView): string {
  const workload = outcome.endpoints[0]?.workload;
  if (workload === undefined) return addressOf(outcome) ?? outcome.cluster ?? "nowhere";
  const label = parseWorkloadLabel(workload);
  return `${label.workload} in ${label.namespace}`;
}

/** `10.0.0.5:9080`, a socket's path; undefined where it comes to no endpoint. Of several the first. */
export function addressOf({ endpoints: [first] }: OutcomeView): string | undefined {
  if (first === undefined) return undefined;
  return first.port === 0 ? first.address : `${first.address}:${first.port}`;
}

/** ` and 3 more`, behind the first endpoint. */
export function othersOf({ endpoints, endpointCount }: OutcomeView): string {
  return endpoints.length > 0 && endpointCount > 1 ? ` and ${endpointCount - 1} more` : "";
}

/** Where an answer sends the caller. */
export function locationOf({ response }: OutcomeView): string | undefined {
  return response.find(([name]) => name === "location")?.[1];
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${Number(percent.toFixed(1))} %`;
}
