import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { DirectoryService } from "#server/services/service-directory.ts";

export type EffectiveMtls = "strict" | "permissive" | "disabled" | "unknown";

const NAMES = { STRICT: "strict", PERMISSIVE: "permissive", DISABLE: "disabled" } as const;

/**
 * Of a service: what all its instances accept on all of its ports, "unknown" when they differ or there are none. The same
 * answer as proxies get: by age, by level and by the port of the application.
 */
export function serviceMtls(snapshot: Snapshot, service: DirectoryService): EffectiveMtls {
  const names = new Set(service.ports.map(({ name }) => name));
  return instancesMtls(snapshot, service.instances, (name) => names.has(name));
}

/** Of instances: what all of them accept on all of their ports that are asked for. */
export function instancesMtls(
  snapshot: Pick<Snapshot, "resources" | "mesh">,
  instances: readonly WorkloadInstance[],
  isAsked: (portName: string) => boolean = () => true,
): EffectiveMtls {
  const policies = ofKind(snapshot.resources, "PeerAuthentication");
  const modes = new Set(
    instances.flatMap(({ namespace, labels, ports }) => {
      const answered = ports.filter(({ name }) => isAsked(name)).map(({ appPort }) => ({ port: appPort }));
      return (answered.length > 0 ? answered : [{}]).map(
        (port) => resolveMtlsMode(policies, snapshot.mesh.rootNamespace, { namespace, labels, ...port }).mode,
      );
    }),
  );
  const [only] = modes;
  return modes.size === 1 && only !== undefined ? NAMES[only] : "unknown";
}
