import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Where no token is checked nobody has a claim: all consumers would be the one that lacks it. */
export const quotaClaimsChecked: EachCheck<"Quota"> = {
  ...CLAIMS_NOT_CHECKED,
  each(quota, context) {
    const { key = [], missing = "Share" } = quota.spec.bucket ?? {};
    const index = key.findIndex(({ attribute }) => attribute.startsWith("request.auth."));
    const attribute = key[index]?.attribute;
    if (attribute === undefined) return [];
    const authentications = context.of("RequestAuthentication");
    const unchecked = selectedWorkloads(quota, context).filter(
      (workload) => resolvePolicies(authentications, workload, context.policyScope).length === 0,
    );
    const [first] = unchecked;
    if (first === undefined) return [];
    const then = { Share: "share one amount", Skip: "are not counted", Deny: "are refused" }[missing];
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(quota)),
        path: ["spec", "bucket", "key", index, "attribute"],
        message: `workload ${first.namespace}/${first.name} checks no tokens: no request has ${attribute} there, and all ${then}`,
        hint: "apply a RequestAuthentication that selects the workload",
      },
    ];
  },
};
