// What is resolved and explained of gateways equals what is read back from the bytes that their proxies get.
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { placesOfRoute, type RoutingService } from "#core/resolve/delegates.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { resolveGatewayChains } from "#core/resolve/gateway-chains.ts";
import { resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Filter } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { VirtualHost_TlsRequirementType } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import {
  describeResolved,
  describeRoute,
  hostOf,
  hostsOf,
  law,
  NAMESPACES,
  router,
  seed,
} from "#server/envoy/testing/random-law.ts";
import type { ReadBack } from "#server/envoy/testing/read-back.ts";

const LABELS = { app: "s0", istio: "gw" };

interface Arrival {
  /** `VirtualService/namespace/name` that a route was made from. */
  readonly ref: string;
  readonly host: string;
}

/** Clusters among which a chain's TCP proxy chooses; none where it speaks HTTP. */
function targetsOf(filter: Filter | undefined): readonly string[] {
  if (filter?.configType.case !== "typedConfig") throw new Error("a chain ends with a filter that is known");
  const proxy = anyUnpack(filter.configType.value, TcpProxySchema);
  const wanted = proxy?.clusterSpecifier;
  if (wanted?.case === "weightedClusters") return wanted.value.clusters.map(({ name }) => name);
  return wanted?.case === "cluster" ? [wanted.value] : [];
}

/** Where a gateway sends requests, and by whose word. */
function arrivals(proxy: ReadBack): Arrival[] {
  return [...requestArrivals(proxy), ...connectionArrivals(proxy)];
}

function connectionArrivals(proxy: ReadBack): Arrival[] {
  return proxy
    .listeners()
    .flatMap(({ filterChains }) => filterChains)
    .flatMap(({ filters, metadata }) =>
      targetsOf(filters.at(-1)).map((cluster) => ({
        ref: String(metadata?.filterMetadata.istio?.config),
        host: cluster.split("|")[3] ?? "",
      })),
    );
}

/** Where the route is written. */
function placeOf(service: RoutingService, index: number): string {
  const [written] = placesOfRoute(service, index);
  return `${written?.resource} ${written?.path}`;
}

function requestArrivals(proxy: ReadBack): Arrival[] {
  return proxy
    .routeConfigs()
    .flatMap(({ virtualHosts }) => virtualHosts.flatMap(({ routes }) => routes))
    .map((route) => ({ ref: String(route.metadata?.filterMetadata.istio?.config), host: hostOf(route) }));
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
                `${isPlain || group.serves === "passthrough" ? "plain" : "tls"} ${sni.join(" ")} ${connections?.destinations.length ?? 0}`,
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

  test("explanation: a VirtualService brings requests of a gateway to a service where a proxy has such a route", () =>
    law((world) => {
      const { snapshot, read } = world;
      // Gateways that select everybody may share a port with others at one proxy and not at another.
      const sent = NAMESPACES.flatMap((namespace) =>
        [LABELS, {}].flatMap((labels) => arrivals(read(router(namespace, labels)))),
      );
      const atGateways = ofKind(snapshot.resources, "VirtualService").filter(
        (service) => !gatewaysOf(service).includes("mesh"),
      );
      for (const host of hostsOf(world)) {
        const explained = new Map(explainService(snapshot, host).map(({ ref, applies }) => [ref, applies]));
        for (const service of atGateways) {
          const ref = formatRef(refOf(service));
          const arrives = sent.some((each) => each.ref === ref && each.host === host);
          expect(`${ref} ${host} ${explained.get(ref) ?? false}`).toBe(`${ref} ${host} ${arrives}`);
        }
      }
    }));
});
