import { selects } from "#core/resolve/service.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { declareWorkload } from "#core/sources/declare-workload.ts";
import type { ChangeOf, ConcernContext, Concerning } from "#core/traffic/concern.ts";
import { concernByHosts } from "#core/traffic/concern-hosts.ts";

/** What goes to the hosts of the services that select it. */
export function concernByWorkloadEntry(change: ChangeOf<"WorkloadEntry">, context: ConcernContext): Concerning {
  const services = declareServices(context.resources);
  return concernByHosts(change, context, (entry) => {
    const labels = declareWorkload(entry)?.labels ?? {};
    const home = entry.metadata.namespace;
    return services
      .filter((declaration) => declaration.namespace === home && selects(declaration, labels))
      .flatMap(({ hosts }) => hosts);
  });
}
