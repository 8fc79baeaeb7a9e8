import type { EachCheck } from "#core/check/rule.ts";
import { validatePlannedAmounts } from "#core/kinds/plan/validate-amounts.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A rule with a plan's amount is one more rule: what would be amiss with it there is amiss here. */
export const planAmountUsable: EachCheck<"Plan"> = {
  code: "plan-amount-not-usable",
  summary:
    "A Plan gives an amount with which its rule refuses requests for ever, or means something else: below what one costs, or with a burst of what is counted at a time.",
  each(plan, context) {
    const { namespace } = plan.metadata;
    const named = <K extends "Quota" | "RateLimit">(kind: K, name: string) =>
      context.of(kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)?.spec;
    const found = validatePlannedAmounts(plan.spec, {
      quota: (name) => named("Quota", name),
      limit: (name) => named("RateLimit", name),
    });
    return found.map((each) => ({ ...each, resource: formatRef(refOf(plan)) }));
  },
};
