import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/**
 * spiffe://… of the workloads that some Gateway selects, in order: they tell truly for whom they call. A Gateway without a
 * selector is for every gateway there is, which is no reason to believe a workload.
 */
export function gatewayIdentities(world: CompileReader): readonly string[] {
  return world.deriveList("gateway identities", () => {
    const domains = trustDomainsOf(world.mesh, world.settings());
    const uris = world
      .all("Gateway")
      .flatMap((gateway) => world.select(ALL_NAMESPACES, gatewaySelector(gateway)))
      .flatMap(({ namespace, serviceAccount }) =>
        domains.map((trustDomain) => formatSpiffeId({ trustDomain, namespace, serviceAccount })),
      );
    return [...new Set(uris)].sort();
  });
}
