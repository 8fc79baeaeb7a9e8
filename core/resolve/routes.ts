import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

type VirtualService = Resource<"VirtualService">;

/** Whose requests are routed. */
export interface RouteCaller {
  /** Of the calling proxy. */
  readonly namespace: string;
  /** "mesh" or `namespace/name`. */
  readonly gateway: string;
  /** The port callers used. */
  readonly port: number;
  readonly labels: Labels;
}

/** One match of a VirtualService's HTTP route that these callers' requests are held against. */
export interface ResolvedRoute {
  readonly http: HttpRoute;
  /** Its place in `spec.http` of what its VirtualService routes by: see `placesOfRoute`. */
  readonly index: number;
  /** Absent: everything. */
  readonly match: HttpMatch | undefined;
}

export interface DecidingRoutes {
  readonly service: RoutingService;
  readonly routes: readonly ResolvedRoute[];
}

/** Routes of a VirtualService for these callers, in their order. Those behind one that matches everything are left out: they are never reached. */
export function resolveRoutes(service: VirtualService, caller: RouteCaller): readonly ResolvedRoute[] {
  const routes: ResolvedRoute[] = [];
  for (const [index, http] of (service.spec.http ?? []).entries()) {
    const matches = http.match === undefined || http.match.length === 0 ? [undefined] : http.match;
    for (const match of matches) {
      if (match !== undefined && !isForCaller(match, service, caller)) continue;
      routes.push({ http, index, match });
      if (isCatchAll(match)) return routes;
    }
  }
  return routes;
}

/**
 * Of the VirtualServices for a host, the deciding one first, the one that has rules for these callers; it is the whole
 * truth to them: what none of its routes match is not found. One whose rules are all for others is as if it were not there.
 */
export function resolveDecidingRoutes(
  services: readonly RoutingService[],
  caller: RouteCaller,
): DecidingRoutes | undefined {
  for (const service of services) {
    const routes = resolveRoutes(service, caller);
    if (routes.length > 0) return { service, routes };
  }
  return undefined;
}

/** Whether it has a route that callers in the mesh have whoever they are: for all of them it is the whole truth then. */
export function hasRoutesForAll({ spec }: VirtualService): boolean {
  return (spec.http ?? []).some(
    ({ match = [] }) =>
      match.length === 0 ||
      match.some(
        ({ gateways = [], port = 0, sourceLabels = {}, sourceNamespace = "" }) =>
          (gateways.length === 0 || gateways.includes("mesh")) &&
          port === 0 &&
          sourceNamespace === "" &&
          Object.keys(sourceLabels).length === 0,
      ),
  );
}

/** Whether every request that comes to it is taken, whoever it is from (Istio's `IsCatchAllRoute`). */
export function isCatchAll(match: HttpMatch | undefined): boolean {
  if (match === undefined) return true;
  const { uri, method, authority, scheme, headers = {}, withoutHeaders = {}, queryParams = {} } = match;
  const takesAll = uri === undefined || uri.prefix === "/" || uri.regex === ".*";
  const asks = [method, authority, scheme].some((each) => each !== undefined);
  return takesAll && !asks && [headers, withoutHeaders, queryParams].every((each) => Object.keys(each).length === 0);
}

/** What of a match is about the caller; the rest is for the proxy to see in each request. */
export function isForCaller(
  match: Pick<HttpMatch, "gateways" | "port" | "sourceNamespace" | "sourceLabels">,
  service: VirtualService,
  { gateway, port, namespace, labels }: RouteCaller,
): boolean {
  if (match.gateways !== undefined && match.gateways.length > 0) {
    const names = match.gateways.map((name) => expandGateway(name, service.metadata.namespace));
    if (!names.includes(gateway)) return false;
  }
  if (match.port !== undefined && match.port !== 0 && match.port !== port) return false;
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== "" && match.sourceNamespace !== namespace)
    return false;
  return Object.entries(match.sourceLabels ?? {}).every(([key, value]) => labels[key] === value);
}
