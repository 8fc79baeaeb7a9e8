import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import type { PolicedWorkload } from "#core/resolve/policies.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import type { Resource } from "#core/resource/resource.ts";

/**
 * With what the Envoy of a workload is started: on top of what the MeshConfig says the root namespace's ProxyConfig, then that of its
 * namespace, then the one that selects it; of each level the oldest. Variables come together, all else is the narrowest's
 * (Istio's `EffectiveProxyConfig`).
 */
export function resolveStartSettings(
  ofMesh: StartSettings,
  configs: readonly Resource<"ProxyConfig">[],
  workload: PolicedWorkload,
  rootNamespace: string,
): StartSettings {
  const levels = levelsOf(findSpeaking(configs, workload, withoutTargets(rootNamespace))).map(({ spec }) => spec);
  return {
    ...ofMesh,
    concurrency: levels.reduce((below, each) => each.concurrency ?? below, ofMesh.concurrency),
    environment: Object.assign({}, ofMesh.environment, ...levels.map((each) => each.environmentVariables)),
  };
}
