// A VirtualService is explained to bear on a service exactly where a caller in the mesh, or a gateway, has routes that are made from it.
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { isWildcard } from "#core/host/host.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { Metadata } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { Route } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import {
  type TcpProxy,
  TcpProxySchema,
} from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import {
  hostsOf,
  type LawWorld,
  law,
  NAMESPACES,
  routedNames,
  router,
  sidecar,
} from "#server/envoy/testing/random-law.ts";
import type { ReadBack } from "#server/envoy/testing/read-back.ts";
import { seed } from "#testing/fc.ts";

/** Callers whom routes may tell apart by their labels, in each namespace. */
const CALLERS: readonly ProxyNode[] = NAMESPACES.flatMap((namespace) =>
  ["caller", "s0", "s1", "s2", "s3"].map((app) => {
    const node = sidecar(namespace, "caller");
    return { ...node, metadata: { ...node.metadata, LABELS: { app } } };
  }),
);
/** Their routes may ask for labels too. */
const GATEWAYS: readonly ProxyNode[] = NAMESPACES.flatMap((namespace) => [
  router(namespace, {}),
  ...["gw", "s0", "s1", "s2"].map((app) => router(namespace, { app, istio: "gw" })),
]);
const BIND_PORT_MIN = 21_000;

/** Whose word it is by which something goes to a host, or is asked for there. */
interface Bearing {
  /** `VirtualService/namespace/name` */
  readonly ref: string;
  readonly host: string;
  /** Where the route stands in that one; empty: it is not said. */
  readonly path: string;
}

const hostIn = (cluster: string): string => cluster.split("|")[3] ?? "";

/** What a route or a chain is made from, for each of the hosts: the VirtualService that it is written in, and the one that delegates. */
function bearingsOf(metadata: Metadata | undefined, hosts: readonly string[]): Bearing[] {
  const { config, path, root, rootPath } = metadata?.filterMetadata.istio ?? {};
  const sources = [
    [config, path ?? ""],
    [root, rootPath ?? ""],
  ].flatMap(([ref, at]) => (ref === undefined ? [] : [{ ref: String(ref), path: String(at) }]));
  return sources.flatMap((source) => hosts.map((host) => ({ ...source, host })));
}

function clustersOf(choice: TcpProxy["clusterSpecifier"]): readonly string[] {
  if (choice.case === "weightedClusters") return choice.value.clusters.map(({ name }) => name);
  return choice.case === "cluster" ? [choice.value] : [];
}

function hostsOfRoute({ action }: Route): readonly string[] {
  if (action.case !== "route") return [];
  const { clusterSpecifier } = action.value;
  if (clusterSpecifier.case === "weightedClusters")
    return clusterSpecifier.value.clusters.map(({ name }) => hostIn(name));
  return clusterSpecifier.case === "cluster" ? [hostIn(clusterSpecifier.value)] : [];
}

/** Of requests of callers in the mesh: the host that they ask for, and those where they end. */
function requests(proxy: ReadBack): Bearing[] {
  return [...proxy.virtualHosts()].flatMap(([name, { routes }]) =>
    routes.flatMap((route) => bearingsOf(route.metadata, [name.replace(/:\d+$/, ""), ...hostsOfRoute(route)])),
  );
}

/** The same of connections, of listeners that are each for one host. */
function connections(proxy: ReadBack, askedAt: (listener: string) => string | undefined): Bearing[] {
  return proxy.listeners().flatMap(({ name, filterChains, defaultFilterChain }) => {
    const asked = askedAt(name);
    return [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])].flatMap(
      ({ filters, metadata }) => {
        const last = filters.at(-1)?.configType;
        const choice =
          last?.case === "typedConfig" ? anyUnpack(last.value, TcpProxySchema)?.clusterSpecifier : undefined;
        if (choice === undefined) return [];
        return bearingsOf(metadata, [...(asked === undefined ? [] : [asked]), ...clustersOf(choice).map(hostIn)]);
      },
    );
  });
}

/** Of a caller that has a listener for each port of each service that it sees. */
function explicitConnections({ reader, read }: LawWorld, node: ProxyNode, hosts: Iterable<string>): Bearing[] {
  const outbound = [...hosts]
    .flatMap((host) =>
      (reader.service(host, node.namespace)?.ports ?? []).map(({ number }) => ({ host, port: number })),
    )
    .map((each, index) => ({ ...each, bindPort: BIND_PORT_MIN + index }));
  const metadata = { ...node.metadata, WORKLOAD_NAME: "connecting", PHAROS_OUTBOUND: outbound };
  return connections(
    read({ ...node, id: `${node.id}-connecting`, name: "connecting", metadata }),
    (listener) => outbound.find(({ bindPort }) => listener === `127.0.0.1_${bindPort}`)?.host,
  );
}

/** What comes through gateways is of a service where it ends there. */
function arrivals(proxy: ReadBack): Bearing[] {
  const routes = proxy.routeConfigs().flatMap(({ virtualHosts }) => virtualHosts.flatMap((each) => each.routes));
  return [
    ...routes.flatMap((route) => bearingsOf(route.metadata, hostsOfRoute(route))),
    ...connections(proxy, () => undefined),
  ];
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("explanation: one is said to apply where routes of callers and gateways are made from it, to the host asked for and to the one called", () =>
    law(
      (world) => {
        const { snapshot, read } = world;
        const declared = new Set(hostsOf(world));
        const hosts = new Set([...declared, ...routedNames(world)].filter((host) => !isWildcard(host)));
        const sent = new Map<string, Set<string>>();
        for (const { ref, host, path } of [
          ...CALLERS.flatMap((node) => [...requests(read(node)), ...explicitConnections(world, node, declared)]),
          ...GATEWAYS.flatMap((node) => arrivals(read(node))),
        ])
          sent.set(`${ref} ${host}`, (sent.get(`${ref} ${host}`) ?? new Set()).add(path));
        for (const host of hosts) {
          const explained = new Map(explainService(snapshot, host).map((each) => [each.ref, each]));
          for (const service of ofKind(snapshot.resources, "VirtualService")) {
            const ref = formatRef(refOf(service));
            const { applies = false, path = "" } = explained.get(ref) ?? {};
            const paths = sent.get(`${ref} ${host}`);
            // Of a host that no service has, what is for gateways alone is all there is.
            if (!declared.has(host) && !gatewaysOf(service).includes("mesh")) continue;
            expect(`${ref} ${host} ${applies}`).toBe(`${ref} ${host} ${paths !== undefined}`);
            if (paths !== undefined && applies)
              expect([...paths], `${ref} ${host} ${path}`).toSatisfy((all: string[]) =>
                all.some((each) => each === "" || each.startsWith(path)),
              );
          }
        }
      },
      { about: ["VirtualService", "Gateway", "ServiceEntry"], runs: 10 },
    ));
});
