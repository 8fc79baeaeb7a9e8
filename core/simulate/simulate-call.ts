import type { Call, CallResult } from "#core/simulate/call.ts";
import { enumerateBranches } from "#core/simulate/dice.ts";
import { followCall } from "#core/simulate/follow-call.ts";
import type { Outcome, Outcomes } from "#core/simulate/outcome.ts";
import { outcomeKey } from "#core/simulate/outcome-key.ts";

const BRANCHES_MAX = 128;
const ENDPOINTS_TOLD_MAX = 20;

/** All that can come of a call, the most likely first. Costs what `BRANCHES_MAX` calls cost, at the most. */
export function simulateCall(call: Call): Outcomes {
  const branches = enumerateBranches((dice) => followCall(call, dice, true), BRANCHES_MAX);
  const merged = new Map<string, Outcome>();
  for (const { share, value } of branches) {
    const told = tell(value);
    const key = outcomeKey(told);
    merged.set(key, { ...(merged.get(key) ?? told), share: (merged.get(key)?.share ?? 0) + share });
  }
  const outcomes = [...merged.values()].sort((a, b) => b.share - a.share);
  const told = branches.reduce((sum, { share }) => sum + share, 0);
  return { outcomes, leftOut: Math.max(0, Number((1 - told).toFixed(6))) };
}

function tell(result: CallResult): Outcome {
  const { status, cluster, endpoints, security, request, response, ...rest } = result;
  return {
    ...rest,
    share: 0,
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
