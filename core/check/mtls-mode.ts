import { type CheckContext, type CheckedWorkload, selects } from "#core/check/context.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** The mode that applies to a workload: its own policy's, its namespace's, the mesh's; PERMISSIVE when none says. */
export function resolveMtlsMode(
  { of, snapshot }: CheckContext,
  workload: CheckedWorkload,
): { readonly mode: string; readonly ref?: string } {
  const root = snapshot.mesh.rootNamespace;
  const policies = [...of("PeerAuthentication")].sort((left, right) => (age(left) < age(right) ? -1 : 1));
  const own = policies.filter(
    (policy) =>
      hasSelector(policy) &&
      policy.metadata.namespace === workload.namespace &&
      selects(policy.spec.selector?.matchLabels, workload.labels),
  );
  const inNamespace = policies.filter(
    (policy) => !hasSelector(policy) && policy.metadata.namespace === workload.namespace && workload.namespace !== root,
  );
  const inMesh = policies.filter((policy) => !hasSelector(policy) && policy.metadata.namespace === root);
  for (const policy of [own[0], inNamespace[0], inMesh[0]]) {
    const mode = policy?.spec.mtls?.mode;
    if (policy !== undefined && mode !== undefined && mode !== "UNSET") return { mode, ref: formatRef(refOf(policy)) };
  }
  return { mode: "PERMISSIVE" };
}

function hasSelector(policy: Resource<"PeerAuthentication">): boolean {
  return Object.keys(policy.spec.selector?.matchLabels ?? {}).length > 0;
}

function age({ metadata }: Resource<"PeerAuthentication">): string {
  return `${metadata.creationTimestamp ?? "9"} ${metadata.name}`;
}
