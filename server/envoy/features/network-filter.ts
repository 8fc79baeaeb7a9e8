import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import type { Guard } from "#server/envoy/features/guard.ts";
import type { Init } from "#server/envoy/pack.ts";

/** One network filter in front of the proxy of a chain that does not speak HTTP. */
export interface NetworkFilter {
  readonly name: string;
  /** What the chain carries; undefined: it leaves no trace there, so that what bears on other ports ends no connection. */
  readonly inChain: (guard: Omit<Guard, "trustsForwardedFor">) => Init<typeof FilterSchema> | undefined;
}
