import type { Snapshot } from "#core/registry/snapshot.ts";
import type { DirectoryService } from "#server/services/service-directory.ts";

export type EffectiveMtls = "strict" | "permissive" | "disabled" | "unknown";

const NAMES = { STRICT: "strict", PERMISSIVE: "permissive", DISABLE: "disabled" } as const;

/** What a workload with these labels accepts: its own policy, else its namespace's, else the mesh's, else permissive. */
function effectiveMtls(snapshot: Snapshot, namespace: string, labels: Readonly<Record<string, string>>): EffectiveMtls {
  const policies = snapshot.resources.filter((resource) => resource.kind === "PeerAuthentication");
  const specific = policies.filter(({ metadata, spec }) => {
    const selector = spec.selector?.matchLabels;
    return (
      metadata.namespace === namespace &&
      selector !== undefined &&
      Object.keys(selector).length > 0 &&
      Object.entries(selector).every(([key, value]) => labels[key] === value)
    );
  });
  const wide = (where: string) =>
    policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === where && Object.keys(spec.selector?.matchLabels ?? {}).length === 0,
    );
  for (const group of [specific, wide(namespace), wide(snapshot.mesh.rootNamespace)]) {
    const mode = group.map(({ spec }) => spec.mtls?.mode).find((each) => each !== undefined && each !== "UNSET");
    if (mode !== undefined) return NAMES[mode as keyof typeof NAMES] ?? "unknown";
  }
  return "permissive";
}

/** Of a service: what all its instances accept, "unknown" when they differ or there are none. */
export function serviceMtls(snapshot: Snapshot, service: DirectoryService): EffectiveMtls {
  const modes = new Set(
    service.instances.map((instance) => effectiveMtls(snapshot, instance.namespace, instance.labels)),
  );
  const [only] = modes;
  return modes.size === 1 && only !== undefined ? only : "unknown";
}
