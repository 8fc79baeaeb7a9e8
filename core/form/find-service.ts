import { compareNames } from "#core/compare-names.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { normalizeHost } from "#core/host/host.ts";

export type CatalogService = Catalog["services"][number];

/** The service that a host means where it is written: short names are of the document's namespace, as in Istio. */
export function findService(catalog: Catalog, written: string, namespace: string): CatalogService | undefined {
  const host = normalizeHost(written);
  const exact = catalog.services.find((service) => service.host === host);
  if (exact !== undefined) return exact;
  const [name, where = namespace, ...rest] = host.split(".");
  if (rest.length > 0 && !(rest.length === 1 && rest[0] === "svc")) return undefined;
  return catalog.services.find((service) => service.name === name && service.namespace === where);
}

/** How a document of that namespace names the service: short for its own, in full for others and external ones. */
export function hostFor(service: CatalogService, namespace: string): string {
  return service.namespace === namespace && service.host.startsWith(`${service.name}.${namespace}.svc.`)
    ? service.name
    : service.host;
}

/** Versions that a destination may name: subsets there are, and versions among the instances. */
export function subsetsOf(service: CatalogService | undefined): readonly string[] {
  return service === undefined ? [] : [...new Set([...service.subsets, ...service.versions])].sort(compareNames);
}
