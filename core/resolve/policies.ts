import { isOfRoutes, type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import {
  type ForWorkloads,
  isChoosing,
  isSelected,
  type NamedRoutes,
  type PolicyScope,
  selectionOf,
} from "#core/resolve/policy-scope.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

export type Policy =
  | Resource<"AuthorizationPolicy">
  | Resource<"PeerAuthentication">
  | Resource<"Quota">
  | Resource<"RateLimit">
  | Resource<"RequestAuthentication">;

/** A workload, or all that carry these labels whatever else they carry. */
export interface PolicedWorkload {
  readonly namespace: string;
  readonly labels: Labels;
}

/** How far a policy reaches: the workloads it selects, its namespace, or from the root namespace the whole mesh. */
export function reachOf(policy: ForWorkloads, rootNamespace: string): "workloads" | "namespace" | "mesh" {
  if (isChoosing(policy)) return "workloads";
  return policy.metadata.namespace === rootNamespace ? "mesh" : "namespace";
}

/**
 * Whether a policy, or what else is for workloads, stands over one: it is of its namespace, or of the root where it names no targets, and its selector or
 * one of its targets reaches it.
 */
export function standsOver(policy: ForWorkloads, workload: PolicedWorkload, scope: PolicyScope): boolean {
  return standsOverAll(policy, workload, scope) || routeTargetsAt(policy, workload, scope).length > 0;
}

/** Whether it is for all requests to a workload, and not for those by some routes alone. */
function standsOverAll(policy: ForWorkloads, { namespace, labels }: PolicedWorkload, scope: PolicyScope): boolean {
  const { metadata, spec } = policy;
  const isHere =
    metadata.namespace === namespace || (metadata.namespace === scope.rootNamespace && targetsOf(spec).length === 0);
  return isHere && isSelected(selectionOf(policy, scope), labels);
}

/** Whether it names routes, of whichever gateways. */
export const isForRoutes = ({ spec }: ForWorkloads): boolean => targetsOf<PolicyTarget>(spec).some(isOfRoutes);

/** Its targets by whose routes a workload may route: a gateway, of whichever namespace. */
function routeTargetsAt({ metadata, spec }: ForWorkloads, { labels }: PolicedWorkload, scope: PolicyScope) {
  return targetsOf<PolicyTarget>(spec).filter(
    (target) => isOfRoutes(target) && isSelected(scope.targeted(metadata.namespace, target), labels),
  );
}

/** The routes by which requests to a workload have to come that it stands over; undefined: all of them are meant. */
export function routesAt(
  policy: ForWorkloads,
  workload: PolicedWorkload,
  scope: PolicyScope,
): readonly NamedRoutes[] | undefined {
  if (standsOverAll(policy, workload, scope)) return undefined;
  const { namespace } = policy.metadata;
  return routeTargetsAt(policy, workload, scope).flatMap((target) => scope.routed(namespace, target));
}

/** Of all policies those that guard a workload: of its namespace and of the root, as far as their selectors reach. */
export function resolvePolicies<P extends Policy>(
  policies: readonly P[],
  workload: PolicedWorkload,
  scope: PolicyScope,
): readonly P[] {
  return policies.filter((policy) => standsOver(policy, workload, scope));
}
