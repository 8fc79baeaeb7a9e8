import type { Catalog } from "#core/form/catalog.ts";
import { type CatalogService, findService, hostFor, subsetsOf } from "#core/form/find-service.ts";
import type { RoutingForm, RuleForm } from "#core/form/routing-form.ts";

export interface DestinationOption {
  /** "reviews v3"; unique. */
  readonly label: string;
  readonly host: string;
  readonly subset: string;
}

/**
 * Where a rule could send requests besides: first the versions of the services that the routing is about, then every
 * other service as a whole. What the rule has already is left out.
 */
export function destinationOptions(catalog: Catalog, form: RoutingForm, rule: RuleForm): DestinationOption[] {
  const near = new Set<CatalogService>();
  for (const host of [...rule.destinations.map((each) => each.host), ...form.hosts]) {
    const service = findService(catalog, host, form.namespace);
    if (service !== undefined) near.add(service);
  }
  const has = (service: CatalogService, subset: string) =>
    rule.destinations.some(
      (each) => each.subset === subset && findService(catalog, each.host, form.namespace)?.host === service.host,
    );
  const option = (service: CatalogService, subset: string): DestinationOption => {
    const host = hostFor(service, form.namespace);
    return { label: `${host} ${subset}`.trim(), host, subset };
  };
  return [
    ...[...near].flatMap((service) =>
      subsetsOf(service).flatMap((subset) => (has(service, subset) ? [] : [option(service, subset)])),
    ),
    ...[...near, ...catalog.services.filter((service) => !near.has(service))].flatMap((service) =>
      has(service, "") ? [] : [option(service, "")],
    ),
  ];
}
