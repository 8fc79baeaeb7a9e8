import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { quotaClaimsChecked } from "#core/kinds/quota/checks/quota-claims-checked.ts";
import { quotaKeyBound } from "#core/kinds/quota/checks/quota-key-bound.ts";
import { quotaTcpPort } from "#core/kinds/quota/checks/quota-tcp-port.ts";
import { explainQuota } from "#core/kinds/quota/explain.ts";
import { concernByLimit } from "#core/kinds/rate-limit/concern.ts";

export const quotaRelations: KindRelations<"Quota"> = {
  checks: [policyTargetFound, quotaTcpPort, quotaClaimsChecked, quotaKeyBound],
  explain: explainQuota,
  concern: concernByLimit,
};
