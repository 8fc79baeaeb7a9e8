import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { limitClaimsChecked } from "#core/kinds/rate-limit/checks/limit-claims-checked.ts";
import { limitKeyBound } from "#core/kinds/rate-limit/checks/limit-key-bound.ts";
import { limitedTcpPort } from "#core/kinds/rate-limit/checks/limited-tcp-port.ts";
import { concernByLimit } from "#core/kinds/rate-limit/concern.ts";
import { explainRateLimit } from "#core/kinds/rate-limit/explain.ts";

export const rateLimitRelations: KindRelations<"RateLimit"> = {
  checks: [policyTargetFound, limitedTcpPort, limitKeyBound, limitClaimsChecked],
  explain: explainRateLimit,
  concern: concernByLimit,
};
