import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { workloadWithoutTokens } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { limitsOfPlan } from "#core/resolve/limits-of-plan.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A plan is had by a claim where tokens are checked, and nowhere else. */
export const planClaimsChecked: EachCheck<"Plan"> = {
  ...CLAIMS_NOT_CHECKED,
  each(plan, context) {
    const index = plan.spec.consumers.findIndex(({ claim }) => claim !== undefined);
    const attribute = plan.spec.consumers[index]?.claim?.attribute;
    if (attribute === undefined) return [];
    for (const limit of limitsOfPlan(plan, [...context.of("Quota"), ...context.of("RateLimit")])) {
      const workload = workloadWithoutTokens(limit, context);
      if (workload === undefined) continue;
      const { kind, metadata } = limit;
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(plan)),
          path: ["spec", "consumers", index, "claim", "attribute"],
          message: `workload ${workload.namespace}/${workload.name}, which ${kind} ${metadata.name} is for, checks no tokens: no request has ${attribute} there, and nobody has the plan by it`,
          hint: "apply a RequestAuthentication that selects the workload",
        },
      ];
    }
    return [];
  },
};
