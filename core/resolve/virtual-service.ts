import { bySpecificity, expandHost, hostMatches } from "#core/host/host.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { byAge } from "#core/resource/by-age.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

type Service = Resource<"VirtualService">;

export interface VirtualServiceQuestion {
  readonly host: string;
  readonly fromNamespace: string;
  /** "mesh" or `namespace/name`. */
  readonly gateway: string;
  readonly domainSuffix: string;
}

/** Whom it routes, by whole names and patterns. */
export function routedHosts({ spec, metadata }: Service, domainSuffix: string): readonly string[] {
  return (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace, domainSuffix));
}

/** The labels that each of its matches asks its callers for; of many none. */
export function sourceLabelsOf({ spec }: Service): readonly Labels[] {
  const routes: readonly { readonly match?: readonly { readonly sourceLabels?: Labels }[] }[] = [
    ...(spec.http ?? []),
    ...(spec.tls ?? []),
    ...(spec.tcp ?? []),
  ];
  return routes.flatMap(({ match = [] }) => match.map(({ sourceLabels = {} }) => sourceLabels));
}

/** "mesh", and gateways as `namespace/name`. */
export function gatewaysOf({ spec, metadata }: Service): readonly string[] {
  const { gateways = [] } = spec;
  return gateways.length === 0 ? ["mesh"] : gateways.map((name) => expandGateway(name, metadata.namespace));
}

/**
 * VirtualServices for a host, the deciding one first: those with the most specific host, of these the ones for fewer
 * namespaces, then the oldest. Those whose host is less specific are left out.
 */
export function resolveVirtualServices(
  services: readonly RoutingService[],
  { host, fromNamespace, gateway, domainSuffix }: VirtualServiceQuestion,
): readonly RoutingService[] {
  const found = services.flatMap((service) => {
    const { spec, metadata } = service;
    if (!gatewaysOf(service).includes(gateway) || !isVisible(spec.exportTo, metadata.namespace, fromNamespace))
      return [];
    const [pattern] = routedHosts(service, domainSuffix)
      .filter((each) => hostMatches(each, host))
      .sort(bySpecificity);
    return pattern === undefined ? [] : [{ service, pattern }];
  });
  const order = byReach(fromNamespace);
  found.sort((a, b) => bySpecificity(a.pattern, b.pattern) || order(a.service, b.service));
  return found.filter(({ pattern }) => pattern === found[0]?.pattern).map(({ service }) => service);
}

/** As a namespace sees them: its own that are not for everybody, those exported to it by name, those for all; in each the oldest first. */
export function byReach(fromNamespace: string): (a: Service, b: Service) => number {
  const reach = ({ spec, metadata }: Service): number => {
    const { exportTo = [] } = spec;
    if (exportTo.length === 0 || exportTo.includes("*")) return 2;
    return metadata.namespace === fromNamespace ? 0 : 1;
  };
  return (a, b) => reach(a) - reach(b) || byAge(a, b);
}
