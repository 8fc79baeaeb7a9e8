import { type EffectiveMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { labelText } from "#server/compile/label-text.ts";
import type { World } from "#server/compile/world.ts";

/** What a workload's port takes. */
export function mtlsMode(
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  appPort: number,
): EffectiveMtlsMode {
  return world.derive(`mTLS mode of ${namespace} ${appPort} ${labelText(labels)}`, () => {
    const policies = world.ofNamespace("PeerAuthentication", namespace);
    return resolveMtlsMode(policies, world.mesh.rootNamespace, { namespace, labels, port: appPort }).mode;
  });
}
