import type { MtlsMode } from "#core/resource/spec/peer-authentication.ts";
import { matchesLabels, type World } from "#server/translate/world.ts";

export type EffectiveMtlsMode = Exclude<MtlsMode, "UNSET">;

/** What a workload's port takes: the port's own word, then the workload's, its namespace's, the mesh's; PERMISSIVE when none speaks. */
export function mtlsMode(
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  appPort: number,
): EffectiveMtlsMode {
  const policies = world.all("PeerAuthentication");
  const selects = (selector: Readonly<Record<string, string>> | undefined): boolean =>
    Object.keys(selector ?? {}).length > 0;
  const own = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace &&
      selects(spec.selector?.matchLabels) &&
      matchesLabels(labels, spec.selector?.matchLabels),
  );
  for (const { spec } of own) {
    const mode = spec.portLevelMtls?.[String(appPort)]?.mode;
    if (mode !== undefined && mode !== "UNSET") return mode;
  }
  const wide = (where: string) =>
    policies.filter(({ metadata, spec }) => metadata.namespace === where && !selects(spec.selector?.matchLabels));
  for (const group of [own, wide(namespace), wide(world.mesh.rootNamespace)]) {
    // The oldest speaks for its level.
    for (const { spec } of group) {
      const mode = spec.mtls?.mode;
      if (mode !== undefined && mode !== "UNSET") return mode;
    }
  }
  return "PERMISSIVE";
}
