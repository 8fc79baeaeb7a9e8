import type { CheckContext } from "#core/check/context.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { RateLimitBucket } from "#core/kinds/rate-limit/schema.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Of claims that a key tells consumers apart by: where no token is checked nobody has one, and all would be the one that lacks it. */
export function findUncheckedClaims(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  { key = [], missing = "Share" }: RateLimitBucket,
  path: Path,
  context: CheckContext,
): Finding[] {
  const index = key.findIndex(({ attribute }) => attribute.startsWith("request.auth."));
  const attribute = key[index]?.attribute;
  if (attribute === undefined) return [];
  const authentications = context.of("RequestAuthentication");
  const [first] = selectedWorkloads(limit, context).filter(
    (workload) => resolvePolicies(authentications, workload, context.policyScope).length === 0,
  );
  if (first === undefined) return [];
  const then = { Share: "share one amount", Skip: "are not counted", Deny: "are refused" }[missing];
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(limit)),
      path: [...path, "key", index, "attribute"],
      message: `workload ${first.namespace}/${first.name} checks no tokens: no request has ${attribute} there, and all ${then}`,
      hint: "apply a RequestAuthentication that selects the workload",
    },
  ];
}
