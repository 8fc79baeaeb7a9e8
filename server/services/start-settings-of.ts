import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { resolveSettings } from "#core/resolve/mesh-settings.ts";
import { resolveStartSettings } from "#core/resolve/start-settings.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** With what the Envoy of an instance is started; what is asked for is gathered once for each revision, as every heartbeat asks. */
export function startSettingsOf(
  state: Pick<MeshState, "revision" | "all" | "snapshot">,
): (instance: WorkloadInstance) => StartSettings {
  let revision = -1;
  let ofMesh: StartSettings;
  let configs: ReadonlyMap<string, readonly Resource<"ProxyConfig">[]> = new Map();
  return (instance) => {
    const { mesh } = state.snapshot();
    if (revision !== state.revision) {
      revision = state.revision;
      ofMesh = resolveSettings(mesh, state.all("MeshConfig")[0]).start;
      configs = Map.groupBy(state.all("ProxyConfig"), ({ metadata }) => metadata.namespace);
    }
    const near = [...new Set([instance.namespace, mesh.rootNamespace])].flatMap((each) => configs.get(each) ?? []);
    return resolveStartSettings(ofMesh, near, instance, mesh.rootNamespace);
  };
}
