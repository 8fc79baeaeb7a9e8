import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import type { ResourceSummary } from "#core/view/config.ts";

/** The VirtualService that names the service as its host already. */
export function findRouting(
  catalog: Catalog,
  routings: readonly ResourceSummary[],
  host: string,
): ResourceSummary | undefined {
  return routings.find((routing) =>
    routing.hosts.some((each) => findService(catalog, each, routing.namespace)?.host === host),
  );
}
