import { healthRuleReach } from "#core/kinds/health-policy/checks/health-rule-reach.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const healthPolicyRelations: KindRelations<"HealthPolicy"> = {
  checks: [healthRuleReach],
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
