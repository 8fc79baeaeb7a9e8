import { selectedLabels } from "#core/resolve/speaking.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

export type Policy =
  | Resource<"AuthorizationPolicy">
  | Resource<"PeerAuthentication">
  | Resource<"RequestAuthentication">;

/** A workload, or all that carry these labels whatever else they carry. */
export interface PolicedWorkload {
  readonly namespace: string;
  readonly labels: Labels;
}

/** How far a policy reaches: the workloads it selects, its namespace, or from the root namespace the whole mesh. */
export function reachOf(policy: Policy, rootNamespace: string): "workloads" | "namespace" | "mesh" {
  if (selectedLabels(policy) !== undefined) return "workloads";
  return policy.metadata.namespace === rootNamespace ? "mesh" : "namespace";
}

/** Whether a policy stands over a workload: it is of its namespace or of the root, and its selector reaches it. */
export function standsOver(
  { metadata, spec }: Policy,
  { namespace, labels }: PolicedWorkload,
  rootNamespace: string,
): boolean {
  return (
    (metadata.namespace === namespace || metadata.namespace === rootNamespace) &&
    matchesLabels(labels, spec.selector?.matchLabels)
  );
}

/** Of all policies those that guard a workload: of its namespace and of the root, as far as their selectors reach. */
export function resolvePolicies<P extends Policy>(
  policies: readonly P[],
  workload: PolicedWorkload,
  rootNamespace: string,
): readonly P[] {
  return policies.filter((policy) => standsOver(policy, workload, rootNamespace));
}
