// What is resolved of gateways equals what is read back from the bytes that their proxies get.
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import { placesOfRoute, type RoutingService } from "#core/resolve/delegates.ts";
import { resolveGatewayChains } from "#core/resolve/gateway-chains.ts";
import { resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import type { Filter } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { VirtualHost_TlsRequirementType } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { describeResolved, describeRoute, law, NAMESPACES, router } from "#server/envoy/testing/random-law.ts";
import { seed } from "#testing/fc.ts";

const LABELS = { app: "s0", istio: "gw" };

/** Clusters among which a chain's TCP proxy chooses; none where it speaks HTTP. */
function targetsOf(filter: Filter | undefined): readonly string[] {
  if (filter?.configType.case !== "typedConfig") throw new Error("a chain ends with a filter that is known");
  const proxy = anyUnpack(filter.configType.value, TcpProxySchema);
  const wanted = proxy?.clusterSpecifier;
  if (wanted?.case === "weightedClusters") return wanted.value.clusters.map(({ name }) => name);
  return wanted?.case === "cluster" ? [wanted.value] : [];
}

/** One of several without a weight gets nothing. */
function targetCount(destinations: readonly RouteDestination[]): number {
  return destinations.filter(({ weight = 0 }) => destinations.length === 1 || weight > 0).length;
}

/** Where the route is written. */
function placeOf(service: RoutingService, index: number): string {
  const [written] = placesOfRoute(service, index);
  return `${written?.resource} ${written?.path}`;
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("ports: servers as they are merged are a gateway's listeners, and its chains by server name", () =>
    law(({ reader, read }) => {
      const { ports } = resolveGatewayPorts(reader.gatewaysFor(LABELS));
      for (const namespace of NAMESPACES) {
        const resolved = ports
          .map(({ port, isPlain, groups }) => ({
            port,
            chains: resolveGatewayChains(reader, { port, groups }, { namespace, labels: LABELS }).map(
              ({ group, sni, connections }) =>
                `${isPlain || group.serves === "passthrough" ? "plain" : "tls"} ${sni.join(" ")} ${connections === undefined ? 0 : targetCount(connections.destinations)}`,
            ),
          }))
          .filter(({ chains }) => chains.length > 0);
        const listeners = read(router(namespace, LABELS)).listeners();
        const sent = listeners.map(({ address, filterChains }) => ({
          port:
            address?.address.case === "socketAddress" && address.address.value.portSpecifier.case === "portValue"
              ? address.address.value.portSpecifier.value
              : undefined,
          chains: filterChains.map(
            ({ filterChainMatch, transportSocket, filters }) =>
              `${transportSocket === undefined ? "plain" : "tls"} ${(filterChainMatch?.serverNames ?? []).join(" ")} ${targetsOf(filters.at(-1)).length}`,
          ),
        }));
        expect(sent).toEqual(resolved);
      }
    }));

  test("routes: those that servers let in are the virtual hosts of a port, in order", () =>
    law(({ reader, read }) => {
      const { ports } = resolveGatewayPorts(reader.gatewaysFor(LABELS));
      for (const namespace of NAMESPACES) {
        const resolved = ports.flatMap(({ port, groups }) =>
          groups
            .filter(({ serves }) => serves === "http")
            .map(({ servers }) =>
              resolveGatewayRoutes(reader, servers, { namespace, labels: LABELS, port }).map(
                ({ host, redirectsToTls, routes }) => ({
                  host,
                  redirectsToTls,
                  routes: routes.map(
                    ({ service, route }) => `${placeOf(service, route.index)} ${describeResolved(service, route)}`,
                  ),
                }),
              ),
            ),
        );
        const sent = read(router(namespace, LABELS))
          .routeConfigs()
          .map(({ virtualHosts }) =>
            virtualHosts
              .filter(({ name }) => !name.startsWith("blackhole:"))
              .map(({ domains, requireTls, routes }) => ({
                host: domains.join(" "),
                redirectsToTls: requireTls === VirtualHost_TlsRequirementType.ALL,
                routes: routes.map((route) => {
                  const from = route.metadata?.filterMetadata.istio;
                  return `${String(from?.config)} ${String(from?.path)} ${describeRoute(route)}`;
                }),
              })),
          );
        expect(sent).toEqual(resolved);
      }
    }));
});
