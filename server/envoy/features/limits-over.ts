import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { applyPlans, type PrincipalsOf } from "#core/resolve/plans.ts";
import { routesAt } from "#core/resolve/policies.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { type LimitingRule, readLimits } from "#core/resolve/rate-limits.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/** All that counts the requests of a workload, or of some of its routes: its RateLimits and Quotas, as plans have them. */
export function limitsOver(world: CompileReader, namespace: string, labels: Labels): readonly LimitingRule[] {
  const placed = <K extends "RateLimit" | "Quota">(
    resources: readonly Resource<K>[],
    read: (resources: readonly Resource<K>[]) => readonly LimitingRule[],
  ): LimitingRule[] =>
    resources.flatMap((resource) => {
      const routes = routesAt(resource, { namespace, labels }, world.policyScope);
      return read([resource]).map((rule) => ({ ...rule, routes }));
    });
  const rules = [
    ...placed(world.rateLimitsOver(namespace, labels), readLimits),
    ...placed(world.quotasOver(namespace, labels), readQuotas),
  ];
  if (rules.length === 0) return rules;
  // What names routes may be of another namespace, and so are its plans.
  const plans = new Set([...new Set(rules.map((rule) => rule.namespace))].flatMap((each) => world.plansFor(each)));
  return plans.size === 0 ? rules : applyPlans(rules, [...plans], principalsIn(world));
}

/** Those that count whatever comes, by whichever route. */
export const ofAllRoutes = (rules: readonly LimitingRule[]): readonly LimitingRule[] =>
  rules.filter(({ routes }) => routes === undefined);

/** Those that count what comes by a route, of which `places` say where it is written. */
export function ofRoute(
  rules: readonly LimitingRule[],
  places: readonly { readonly resource: string; readonly path: string }[],
): readonly LimitingRule[] {
  return rules.filter(
    ({ routes }) =>
      routes === undefined ||
      routes.some(({ resource, path }) =>
        places.some((place) => place.resource === resource && (path === undefined || place.path === path)),
      ),
  );
}

function principalsIn(world: CompileReader): PrincipalsOf {
  return (labels, namespace = ALL_NAMESPACES) => {
    const names = world
      .select(namespace, labels)
      .map(({ namespace: of, serviceAccount }) =>
        formatSpiffeId({ trustDomain: world.mesh.trustDomain, namespace: of, serviceAccount }).replace("spiffe://", ""),
      );
    return [...new Set(names)].sort();
  };
}
