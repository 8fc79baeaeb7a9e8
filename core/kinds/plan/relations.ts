import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { onePlanForAll } from "#core/kinds/plan/checks/one-plan.ts";
import { planAmountUsable } from "#core/kinds/plan/checks/plan-amount-usable.ts";
import { planClaimsChecked } from "#core/kinds/plan/checks/plan-claims-checked.ts";
import { planTargetFound } from "#core/kinds/plan/checks/plan-target-found.ts";
import { concernByPlan } from "#core/kinds/plan/concern.ts";
import { explainPlan } from "#core/kinds/plan/explain.ts";
import { inlineLimits } from "#core/resolve/inline-limits.ts";

export const planRelations: KindRelations<"Plan"> = {
  checks: [planTargetFound, onePlanForAll, planAmountUsable, planClaimsChecked],
  inside: inlineLimits,
  explain: explainPlan,
  concern: concernByPlan,
};
