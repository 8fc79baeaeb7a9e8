import type { Kind } from "#core/kinds/kinds.ts";

/** Kinds that the traffic pages show, in the order in which people want them. */
export const TRAFFIC_KINDS = [
  "VirtualService",
  "DestinationRule",
  "Gateway",
  "ServiceEntry",
  "WorkloadGroup",
  "WorkloadEntry",
] as const satisfies readonly Kind[];

export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

export function isTrafficKind(kind: string): kind is TrafficKind {
  return (TRAFFIC_KINDS as readonly string[]).includes(kind);
}
