import type { CheckContext } from "#core/check/context.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { RateLimitBucket } from "#core/kinds/rate-limit/schema.ts";
import type { Workload } from "#core/model/workload.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

export const KEY_NOT_BOUND = {
  code: "limit-key-not-bound",
  summary:
    "A RateLimit or Quota counts by a header that nothing binds to who sends it: whoever sends another value has another bucket.",
} as const;

const HEADER = /^request\.headers\[(.+)\]$/;

/** Of headers of the key: on a workload where neither a token says them nor a policy asks for them, callers choose by whom they are counted. */
export function findUnboundKeys(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  { key = [] }: RateLimitBucket,
  path: Path,
  context: CheckContext,
): Finding[] {
  return key.flatMap(({ attribute }, index): Finding[] => {
    const header = HEADER.exec(attribute)?.[1]?.toLowerCase();
    const first =
      header === undefined
        ? undefined
        : selectedWorkloads(limit, context).find((workload) => !isBound(header, workload, context));
    if (header === undefined || first === undefined) return [];
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(limit)),
        path: [...path, "key", index, "attribute"],
        message: `nothing binds ${header} to who sends it at workload ${first.namespace}/${first.name}: a caller that sends another value has another bucket`,
        hint: "count by source.principal or request.auth.claims[…], let a RequestAuthentication write the header (outputClaimToHeaders), or let an AuthorizationPolicy say who may send which value",
      },
    ];
  });
}

function isBound(header: string, workload: Workload, { of, policyScope }: CheckContext): boolean {
  const isIt = (name: string | undefined): boolean => name?.toLowerCase() === header;
  return (
    resolvePolicies(of("RequestAuthentication"), workload, policyScope).some(({ spec }) =>
      (spec.jwtRules ?? []).some(
        ({ outputPayloadToHeader, outputClaimToHeaders = [] }) =>
          isIt(outputPayloadToHeader) || outputClaimToHeaders.some((each) => isIt(each.header)),
      ),
    ) ||
    resolvePolicies(of("AuthorizationPolicy"), workload, policyScope).some(({ spec }) =>
      (spec.rules ?? []).some(({ when = [] }) => when.some((each) => isIt(HEADER.exec(each.key)?.[1]))),
    )
  );
}
