import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/**
 * spiffe://… of the workloads that some Gateway selects, in order: they tell truly for whom they call. A Gateway without a
 * selector is for every gateway there is, which is no reason to believe a workload.
 */
export function gatewayIdentities(world: CompileReader): readonly string[] {
  return world.deriveList("gateway identities", () => {
    const uris = world
      .all("Gateway")
      .flatMap((gateway) => world.select(ALL_NAMESPACES, gatewaySelector(gateway)))
      .map(({ namespace, serviceAccount }) =>
        formatSpiffeId({ trustDomain: world.mesh.trustDomain, namespace, serviceAccount }),
      );
    return [...new Set(uris)].sort();
  });
}
