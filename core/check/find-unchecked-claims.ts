import type { CheckContext } from "#core/check/context.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import type { RateLimitBucket } from "#core/kinds/rate-limit/schema.ts";
import type { Workload } from "#core/model/workload.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

type Limit = Resource<"RateLimit"> | Resource<"Quota">;

const OF_TOKENS = "request.auth.";
const HINT = "apply a RequestAuthentication that selects the workload";

/** A workload that a limit is for and at which no token is checked: no request has a claim there. */
export function workloadWithoutTokens(limit: Limit, context: CheckContext): Workload | undefined {
  const authentications = context.of("RequestAuthentication");
  return selectedWorkloads(limit, context).find(
    (workload) => resolvePolicies(authentications, workload, context.policyScope).length === 0,
  );
}

/** A limit with the workload that it is for and that checks no tokens, which is looked for once for all that it says. */
export interface Unchecked {
  readonly limit: Limit;
  readonly workload: () => Workload | undefined;
}

export function uncheckedAt(limit: Limit, context: CheckContext): Unchecked {
  let found: { readonly workload: Workload | undefined } | undefined;
  return {
    limit,
    workload() {
      found ??= { workload: workloadWithoutTokens(limit, context) };
      return found.workload;
    },
  };
}

/** Of claims that a key tells consumers apart by: where no token is checked nobody has one, and all would be the one that lacks it. */
export function findUncheckedClaims(
  unchecked: Unchecked,
  { key = [], missing = "Share" }: RateLimitBucket,
  path: Path,
): Finding[] {
  const index = key.findIndex(({ attribute }) => attribute.startsWith(OF_TOKENS));
  const attribute = key[index]?.attribute;
  if (attribute === undefined) return [];
  const then = { Share: "share one amount", Skip: "are not counted", Deny: "are refused" }[missing];
  return tell(unchecked, [...path, "key", index, "attribute"], attribute, `and all ${then}`);
}

/** Of claims that requests have to have which a limit counts, lets go uncounted, or keeps a share for. */
export function findUncheckedConditions(
  unchecked: Unchecked,
  rules: readonly AuthorizationRule[] = [],
  path: Path,
  then: string,
): Finding[] {
  for (const [index, { from = [], when = [] }] of rules.entries()) {
    const place = when.findIndex(({ key, values = [] }) => key.startsWith(OF_TOKENS) && values.length > 0);
    const key = when[place]?.key;
    if (key !== undefined) return tell(unchecked, [...path, index, "when", place, "key"], key, then);
    const isOfTokens = from.map(({ source }) => (source.requestPrincipals ?? []).length > 0);
    if (isOfTokens.length > 0 && isOfTokens.every(Boolean))
      return tell(unchecked, [...path, index, "from", 0, "source", "requestPrincipals"], "requestPrincipals", then);
  }
  return [];
}

function tell({ limit, workload: find }: Unchecked, path: Path, attribute: string, then: string): Finding[] {
  const workload = find();
  if (workload === undefined) return [];
  const { namespace, name } = workload;
  const message = `workload ${namespace}/${name} checks no tokens: no request has ${attribute} there, ${then}`;
  return [{ severity: "warning", resource: formatRef(refOf(limit)), path, message, hint: HINT }];
}
