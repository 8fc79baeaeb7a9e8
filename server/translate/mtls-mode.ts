import { type EffectiveMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import type { World } from "#server/translate/world.ts";

/** What a workload's port takes. */
export function mtlsMode(
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  appPort: number,
): EffectiveMtlsMode {
  const policies = world.all("PeerAuthentication");
  return resolveMtlsMode(policies, world.mesh.rootNamespace, { namespace, labels, port: appPort }).mode;
}
