import { targetsOf } from "#core/kinds/policy-target.ts";
import {
  type ForWorkloads,
  isChoosing,
  isSelected,
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
export function standsOver(policy: ForWorkloads, { namespace, labels }: PolicedWorkload, scope: PolicyScope): boolean {
  const { metadata, spec } = policy;
  const isHere =
    metadata.namespace === namespace || (metadata.namespace === scope.rootNamespace && targetsOf(spec).length === 0);
  return isHere && isSelected(selectionOf(policy, scope), labels);
}

/** Of all policies those that guard a workload: of its namespace and of the root, as far as their selectors reach. */
export function resolvePolicies<P extends Policy>(
  policies: readonly P[],
  workload: PolicedWorkload,
  scope: PolicyScope,
): readonly P[] {
  return policies.filter((policy) => standsOver(policy, workload, scope));
}
