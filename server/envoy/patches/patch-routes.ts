import { clone } from "@bufbuild/protobuf";
import type { RoutesMatch } from "#core/resolve/envoy-patches.ts";
import {
  type Route,
  RouteSchema,
  type VirtualHost,
  VirtualHostSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { mergeMessage } from "#server/envoy/patches/merge-message.ts";
import { patchList } from "#server/envoy/patches/patch-list.ts";
import { isMerge, listMerge, type PatchSet, type ReadyPatch } from "#server/envoy/patches/patch-set.ts";

/** What patches look at of the table that virtual hosts are in. */
export interface RouteTable {
  readonly name: string;
  /** Ports by which people know it, beside the one in its name. */
  readonly ports?: readonly number[];
  readonly isGateway?: boolean;
}

const ACTIONS: Readonly<Record<string, string>> = {
  route: "ROUTE",
  redirect: "REDIRECT",
  directResponse: "DIRECT_RESPONSE",
};

/** A route configuration with Istio's patches made, of itself and of what stands in it. What is given stays as it is. */
export function patchRouteConfiguration(
  patches: PatchSet,
  given: RouteConfiguration,
  table: RouteTable,
): RouteConfiguration {
  const isFor = ({ patch }: ReadyPatch) => matchesTable(patch.routes, table);
  if (!patches.has("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")) return given;
  const config = clone(RouteConfigurationSchema, given);
  for (const ready of patches.of("ROUTE_CONFIGURATION").filter(isFor)) {
    if (!isMerge(ready)) continue;
    patches.note(ready);
    mergeMessage(RouteConfigurationSchema, config, ready.make(), listMerge(ready));
  }
  config.virtualHosts = config.virtualHosts.flatMap((each) => patchVirtualHost(patches, each, table) ?? []);
  for (const ready of patches.of("VIRTUAL_HOST").filter(isFor)) {
    if (ready.patch.operation !== "ADD") continue;
    patches.note(ready);
    config.virtualHosts.push(ready.make());
  }
  return config;
}

/** One virtual host of a table; undefined: a patch removes it. What is given stays as it is. */
export function patchVirtualHost(patches: PatchSet, given: VirtualHost, table: RouteTable): VirtualHost | undefined {
  const isFor = (ready: ReadyPatch, host: VirtualHost) =>
    matchesTable(ready.patch.routes, table) && matchesVirtualHost(ready.patch.routes, host);
  if (!patches.has("VIRTUAL_HOST", "HTTP_ROUTE")) return given;
  let host = clone(VirtualHostSchema, given);
  for (const ready of patches.of("VIRTUAL_HOST")) {
    const { operation } = ready.patch;
    if (operation === "ADD" || !isFor(ready, host)) continue;
    patches.note(ready);
    if (operation === "REMOVE") return undefined;
    if (operation === "REPLACE") host = ready.make();
    else if (isMerge(ready)) mergeMessage(VirtualHostSchema, host, ready.make(), listMerge(ready));
  }
  patchRoutes(
    patches,
    host,
    patches.of("HTTP_ROUTE").filter((ready) => isFor(ready, host)),
  );
  return host;
}

/** First what is there, then what comes: a route that is added is not patched by those that follow. */
function patchRoutes(patches: PatchSet, host: VirtualHost, all: readonly ReadyPatch<"HTTP_ROUTE">[]): void {
  host.routes = host.routes.filter((route) => {
    for (const ready of all) {
      const { operation, routes } = ready.patch;
      if (!matchesRoute(routes, route) || !(operation === "REMOVE" || isMerge(ready))) continue;
      patches.note(ready);
      if (operation === "REMOVE") return false;
      mergeMessage(RouteSchema, route, ready.make(), listMerge(ready));
    }
    return true;
  });
  for (const ready of all) {
    const { operation, routes } = ready.patch;
    if (operation !== "ADD" && !operation.startsWith("INSERT_")) continue;
    const isNamed = routes?.vhost?.route !== undefined;
    const matches = (route: Route) => matchesRoute(routes, route);
    // Also what goes to the front is inserted only beside the route that is named.
    if (operation === "INSERT_FIRST" && isNamed && !host.routes.some(matches)) continue;
    const patched = patchList(host.routes, { operation, isNamed, matches, make: () => ready.make() });
    if (patched === undefined) continue;
    patches.note(ready);
    host.routes = patched;
  }
}

function matchesTable(match: RoutesMatch | undefined, { name, ports = [], isGateway = false }: RouteTable): boolean {
  if (match === undefined) return true;
  const { name: wanted = "", portNumber = 0, portName = "", gateway = "" } = match;
  if (wanted !== "" && wanted !== name) return false;
  const found = readTableName(name);
  if (portNumber !== 0 && portNumber !== found.port && !ports.includes(portNumber)) return false;
  // Istio does not look at these in a sidecar.
  return (
    !isGateway || ((portName === "" || portName === found.portName) && (gateway === "" || gateway === found.gateway))
  );
}

/** `9080`, `inbound|9080||`, `http.8080` or `https.443.https.GATEWAY.NAMESPACE`. */
function readTableName(name: string): { port?: number; portName?: string; gateway?: string } {
  const own = /^(?:inbound\|)?(\d+)(?:\|\|.*)?$/.exec(name)?.[1] ?? /^http\.(\d+)$/.exec(name)?.[1];
  if (own !== undefined) return { port: Number(own) };
  const [, port, portName, gateway, namespace] =
    /^https\.(\d+)\.([^.]*)\.([^.]*)\.([^.]*)$/.exec(name) ?? /^.*:(\d+)$/.exec(name) ?? [];
  return {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(portName === undefined ? {} : { portName, gateway: `${namespace}/${gateway}` }),
  };
}

function matchesVirtualHost(match: RoutesMatch | undefined, { name, domains }: VirtualHost): boolean {
  const { name: wanted = "", domainName = "" } = match?.vhost ?? {};
  return (wanted === "" || wanted === name) && (domainName === "" || domains.includes(domainName));
}

function matchesRoute(match: RoutesMatch | undefined, route: Route): boolean {
  const { name = "", action = "ANY" } = match?.vhost?.route ?? {};
  if (name !== "" && name !== route.name) return false;
  const found = ACTIONS[route.action.case ?? ""];
  return action === "ANY" || found === undefined || found === action;
}
