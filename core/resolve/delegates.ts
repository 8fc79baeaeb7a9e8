import { expandHost } from "#core/host/host.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { mergeHttpMatches } from "#core/resolve/merge-http-matches.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type VirtualService = Resource<"VirtualService">;

/** Where an HTTP route of a VirtualService with delegates is written. */
export interface DelegatedPlace {
  /** Of the root's `spec.http` that delegates. */
  readonly rootIndex: number;
  /** The other one, and the route in its `spec.http`; undefined: the root's own route. */
  readonly delegate: { readonly service: VirtualService; readonly index: number } | undefined;
}

/** A VirtualService as it routes: with the routes of those that it delegates to in their place. */
export interface RoutingService extends VirtualService {
  /** By the index in `spec.http`; absent where it delegates nothing. */
  readonly places?: readonly DelegatedPlace[];
}

/** The ref of a VirtualService, and the place in it: `spec.http[0]`, `spec.tls[1]`. */
export interface RoutePlace {
  readonly resource: string;
  readonly path: string;
  /** Of an HTTP route that has one there. */
  readonly name?: string;
}

/** Where the route at an index of what a VirtualService routes by is written, and where it was delegated, if it was. */
export function placesOfRoute(service: RoutingService, index: number): readonly RoutePlace[] {
  const { rootIndex, delegate } = service.places?.[index] ?? { rootIndex: index, delegate: undefined };
  const root = { resource: formatRef(refOf(service)), path: `spec.http[${rootIndex}]` };
  if (delegate === undefined) return [{ ...root, ...nameAt(service, index) }];
  const { service: written, index: at } = delegate;
  return [{ resource: formatRef(refOf(written)), path: `spec.http[${at}]`, ...nameAt(written, at) }, root];
}

function nameAt({ spec }: Pick<VirtualService, "spec">, index: number): Pick<RoutePlace, "name"> {
  const name = spec.http?.[index]?.name ?? "";
  return name === "" ? {} : { name };
}

/** The same of all that it routes by, each place once. */
export function placesOfRoutes(service: RoutingService): readonly RoutePlace[] {
  const resource = formatRef(refOf(service));
  const http = (service.spec.http ?? []).flatMap((_, index) => placesOfRoute(service, index));
  return [
    ...new Map(http.map((each) => [`${each.resource} ${each.path}`, each])).values(),
    ...(["tls", "tcp"] as const).flatMap((kind) =>
      (service.spec[kind] ?? []).map((_, index) => ({ resource, path: `spec.${kind}[${index}]` })),
    ),
  ];
}

/** Finds a VirtualService by its namespace and name. */
export type FindService = (namespace: string, name: string) => VirtualService | undefined;

/** Of an HTTP route that delegates: the namespace and name it says. */
export function delegateOf(
  http: HttpRoute,
  ownNamespace: string,
): readonly [namespace: string, name: string] | undefined {
  if (http.delegate === undefined) return undefined;
  const { namespace = "", name } = http.delegate;
  return [namespace === "" ? ownNamespace : namespace, name];
}

/** The same of all routes of a VirtualService, each in its place; undefined: that one delegates nothing. */
export function delegatesOf({ spec, metadata }: VirtualService): readonly ReturnType<typeof delegateOf>[] {
  return (spec.http ?? []).map((http) => delegateOf(http, metadata.namespace));
}

/** Whether any of its routes stands in another VirtualService. */
export function hasDelegates({ spec }: VirtualService): boolean {
  return spec.http?.some(({ delegate }) => delegate !== undefined) === true;
}

/** Why a VirtualService cannot be delegated to from a namespace; undefined where it can. */
export function whyNoDelegate(
  service: VirtualService | undefined,
  fromNamespace: string,
): "missing" | "has-hosts" | "not-exported" | undefined {
  if (service === undefined) return "missing";
  if ((service.spec.hosts ?? []).length > 0) return "has-hosts";
  return isVisible(service.spec.exportTo, service.metadata.namespace, fromNamespace) ? undefined : "not-exported";
}

/**
 * Puts routes in the place of those that delegate (Istio's `MergeHTTPRoutes`): of what both say the delegate's counts, and
 * each of its matches has to lie within one of the root's. Routes of which none does are left out, and so is a delegate
 * that is not there, has hosts, or is not exported to the root's namespace. The same resource where nothing is delegated.
 */
export function mergeDelegates(root: VirtualService, find: FindService, domainSuffix: string): RoutingService {
  const all = root.spec.http ?? [];
  const own = root.metadata.namespace;
  if (!hasDelegates(root)) return root;
  const http: HttpRoute[] = [];
  const places: DelegatedPlace[] = [];
  for (const [rootIndex, route] of all.entries()) {
    const ref = delegateOf(route, own);
    if (ref === undefined) {
      http.push(route);
      places.push({ rootIndex, delegate: undefined });
      continue;
    }
    const service = find(...ref);
    if (service === undefined || whyNoDelegate(service, own) !== undefined) continue;
    const { namespace } = service.metadata;
    const { delegate: _, ...outer } = withWholeNames(route, own, domainSuffix);
    for (const [index, each] of (service.spec.http ?? []).entries()) {
      const merged = mergeHttpRoutes(outer, withWholeNames(each, namespace, domainSuffix));
      if (merged === undefined) continue;
      http.push(merged);
      places.push({ rootIndex, delegate: { service, index } });
    }
  }
  return { ...root, spec: { ...root.spec, http }, places };
}

/** Undefined where no match of the delegate's route lies within one of the root's. */
export function mergeHttpRoutes(root: HttpRoute, delegate: HttpRoute): HttpRoute | undefined {
  const match = mergeHttpMatches(root.match, delegate.match);
  if (match === undefined) return undefined;
  const { match: _root, name: outer = "", route: _route, redirect: _redirect, ...filled } = root;
  const { match: _own, name: inner = "", ...own } = delegate;
  const name = [outer, inner].filter(Boolean).join("-");
  return { ...filled, ...own, ...(name === "" ? {} : { name }), ...(match.length === 0 ? {} : { match }) };
}

/** What it names is the same, whichever namespace reads it. */
export function withWholeNames(http: HttpRoute, namespace: string, domainSuffix: string): HttpRoute {
  const whole = (destination: Destination): Destination => ({
    ...destination,
    host: expandHost(destination.host, namespace, domainSuffix),
  });
  const { match, route, mirror, mirrors } = http;
  return {
    ...http,
    ...(match === undefined ? {} : { match: match.map((each) => withWholeGateways(each, namespace)) }),
    ...(route === undefined ? {} : { route: route.map((each) => ({ ...each, destination: whole(each.destination) })) }),
    ...(mirror === undefined ? {} : { mirror: whole(mirror) }),
    ...(mirrors === undefined
      ? {}
      : { mirrors: mirrors.map((each) => ({ ...each, destination: whole(each.destination) })) }),
  };
}

function withWholeGateways(match: HttpMatch, namespace: string): HttpMatch {
  const { gateways } = match;
  return gateways === undefined
    ? match
    : { ...match, gateways: gateways.map((name) => expandGateway(name, namespace)) };
}
