import { intersectHosts } from "#core/host/host.ts";
import { Claims } from "#core/resolve/claims.ts";
import { type ConnectionRoute, findGatewayTcpRoute, resolveTlsRoutes } from "#core/resolve/connection-routes.ts";
import { type BoundService, hostPart, resolveGatewayHosts } from "#core/resolve/gateway-hosts.ts";
import type { GatewayPort, ServerGroup } from "#core/resolve/gateway-ports.ts";
import { type MeshPassage, resolveMeshPassages } from "#core/resolve/mesh-passage.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { RouteCaller } from "#core/resolve/routes.ts";

/** What takes some connections of a gateway's port. */
export interface GatewayChain {
  readonly group: ServerGroup;
  /** As the group's, or what a route of it asks for. */
  readonly sni: readonly string[];
  /** Where they go by a route; undefined for requests, which have routes of their own. */
  readonly connections: ConnectionRoute | undefined;
  /** Where callers' own mTLS goes on to, by the name that it asks for. */
  readonly passage?: MeshPassage;
}

/**
 * The chains of a port, in the order of its servers (Istio's `createGatewayTCPFilterChainOpts`). A server for connections has none
 * where no VirtualService routes them: one that ends TLS, or has none, has one route; one that passes TLS through has
 * as many as there are server names, each under the narrower of what is asked for and the hosts that the server lets in.
 */
export function resolveGatewayChains(
  reader: MeshReader,
  { port, groups }: Pick<GatewayPort, "port" | "groups">,
  { namespace, labels }: Pick<RouteCaller, "namespace" | "labels">,
): readonly GatewayChain[] {
  const claims = new Claims();
  // Names under which TLS ends here are not passed through.
  for (const { serves, sni } of groups)
    if (serves === "http" || serves === "tcp") claims.take({ serverNames: sni, subnets: [] });
  return groups.flatMap((group): GatewayChain[] => {
    if (group.serves === "http") return [{ group, sni: group.sni, connections: undefined }];
    const [placed] = group.servers;
    if (placed === undefined) return [];
    const { gateway, server } = placed;
    if (group.serves === "mesh")
      return resolveMeshPassages(reader, server.hosts.map(hostPart), namespace, labels)
        .filter(({ serverName }) => claims.take({ serverNames: [serverName], subnets: [] }).length > 0)
        .map((passage) => ({ group, sni: [passage.serverName], connections: undefined, passage }));
    const caller: RouteCaller = {
      namespace,
      labels,
      port,
      gateway: `${gateway.metadata.namespace}/${gateway.metadata.name}`,
    };
    const bound = resolveGatewayHosts(reader, gateway, server, namespace);
    if (group.serves === "tcp") {
      const route = findGatewayTcpRoute(
        bound.map(({ service }) => service),
        caller,
      );
      return route === undefined ? [] : [{ group, sni: group.sni, connections: route }];
    }
    return passedThrough(bound, group, caller, claims).map((route) => ({
      group,
      sni: route.serverNames,
      connections: route,
    }));
  });
}

function passedThrough(
  bound: readonly BoundService[],
  { sni }: ServerGroup,
  caller: RouteCaller,
  claims: Claims,
): readonly ConnectionRoute[] {
  return bound.flatMap(({ service, hosts }) =>
    resolveTlsRoutes([service], caller).flatMap((route) => {
      const own = sni.length === 0 ? ["*"] : sni;
      const asked = route.serverNames.length === 0 ? ["*"] : route.serverNames;
      const names = asked.flatMap((name) =>
        [...hosts].flatMap((host) => {
          const common = intersectHosts(name, host);
          return common === undefined ? [] : own.flatMap((each) => intersectHosts(common, each) ?? []);
        }),
      );
      if (names.length === 0) return [];
      // Gateways do not look at the address that a connection is made to.
      return claims.take({ ...route, subnets: [], serverNames: names.includes("*") ? [] : [...new Set(names)] });
    }),
  );
}
