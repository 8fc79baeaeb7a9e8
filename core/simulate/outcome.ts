import type { CallResult, Hop } from "#core/simulate/call.ts";
import type { Endpoint } from "#core/simulate/cluster.ts";

/** One thing that can come of a call, with the part of all calls to which it happens. */
export interface Outcome {
  readonly share: number;
  /** Null for connections, and where an application answers. */
  readonly status: number | null;
  readonly flags: string;
  readonly details: string;
  readonly by: CallResult["by"];
  readonly cluster: string | null;
  readonly endpoints: readonly Pick<Endpoint, "address" | "port" | "workload" | "locality">[];
  /** Of the endpoints there are more than are told of. */
  readonly endpointCount: number;
  readonly security: NonNullable<CallResult["security"]> | null;
  /** As whoever is last gets it; pseudo headers first. */
  readonly request: readonly (readonly [string, string])[] | null;
  readonly response: readonly (readonly [string, string])[];
  readonly delayMs: number;
  readonly hops: readonly Hop[];
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** Of all calls, the part whose outcomes are not told of: there are too many of them. */
  readonly leftOut: number;
}
