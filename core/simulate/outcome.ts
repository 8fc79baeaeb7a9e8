import type { Call, CallResult, Hop } from "#core/simulate/call.ts";
import type { Endpoint } from "#core/simulate/cluster.ts";
import { type Branch, enumerateBranches } from "#core/simulate/dice.ts";
import { followCall } from "#core/simulate/follow-call.ts";

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

const BRANCHES_MAX = 128;
const ENDPOINTS_TOLD_MAX = 20;

/** All that can come of a call, the most likely first. Costs what `BRANCHES_MAX` calls cost, at the most. */
export function simulateCall(call: Call): Outcomes {
  const branches = enumerateBranches((dice) => followCall(call, dice, true), BRANCHES_MAX);
  const merged = new Map<string, { share: number; readonly first: CallResult }>();
  for (const { share, value } of branches) {
    const key = keyOf(value);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { share, first: value });
    else known.share += share;
  }
  const outcomes = [...merged.values()]
    .map(({ share, first }) => tell({ share, value: first }))
    .sort((a, b) => b.share - a.share);
  const told = branches.reduce((sum, { share }) => sum + share, 0);
  return { outcomes, leftOut: Math.max(0, Number((1 - told).toFixed(6))) };
}

/** What differs in nothing that is told of is one outcome. */
function keyOf({
  status,
  flags,
  details,
  by,
  cluster,
  endpoints,
  security,
  delayMs,
  request,
  response,
}: CallResult): string {
  const headers = [...(request ?? []), ...response].map((each) => each.join(":"));
  const [first] = endpoints;
  return JSON.stringify([status, flags, details, by, cluster, first?.address, first?.port, security, delayMs, headers]);
}

function tell({ share, value }: Branch<CallResult>): Outcome {
  const { status, cluster, endpoints, security, request, response, ...rest } = value;
  return {
    ...rest,
    share,
    status: status ?? null,
    cluster: cluster ?? null,
    endpoints: endpoints
      .slice(0, ENDPOINTS_TOLD_MAX)
      .map(({ address, port, workload, locality }) => ({ address, port, workload, locality })),
    endpointCount: endpoints.length,
    security: security ?? null,
    request: request === undefined ? null : [...request],
    response: [...response],
  };
}
