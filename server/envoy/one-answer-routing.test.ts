// A VirtualService is explained to bear on a service exactly where a caller in the mesh has routes that are made from it.
import { describe, expect, test } from "vitest";
import { isWildcard } from "#core/host/host.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { hostsOf, law, NAMESPACES, routedNames, seed, sidecar } from "#server/envoy/testing/random-law.ts";
import type { ReadBack } from "#server/envoy/testing/read-back.ts";

/** Callers whom routes may tell apart by their labels, in each namespace. */
const CALLERS: readonly ProxyNode[] = NAMESPACES.flatMap((namespace) =>
  ["caller", "s0", "s1", "s2", "s3"].map((app) => {
    const node = sidecar(namespace, "caller");
    return { ...node, metadata: { ...node.metadata, LABELS: { app } } };
  }),
);

const hostIn = (cluster: string): string => cluster.split("|")[3] ?? "";

/** `VirtualService/namespace/name host`: whose routes a caller's requests for a host, or those that end there, go by. */
function bearings(proxy: ReadBack): string[] {
  return [...proxy.virtualHosts()].flatMap(([name, { routes }]) => {
    const asked = name.replace(/:\d+$/, "");
    return routes.flatMap(({ metadata, action }) => {
      const from = metadata?.filterMetadata.istio?.config;
      if (from === undefined) return [];
      const specifier = action.case === "route" ? action.value.clusterSpecifier : undefined;
      const clusters =
        specifier?.case === "weightedClusters"
          ? specifier.value.clusters.map(({ name: cluster }) => cluster)
          : specifier?.case === "cluster"
            ? [specifier.value]
            : [];
      return [asked, ...clusters.map(hostIn)].map((host) => `${String(from)} ${host}`);
    });
  });
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("explanation: one is said to apply where callers' routes are made from it, to the host asked for and to the one called", () =>
    law((world) => {
      const { snapshot, read } = world;
      const sent = new Set(CALLERS.flatMap((node) => bearings(read(node))));
      const hosts = new Set([...hostsOf(world), ...routedNames(world)].filter((host) => !isWildcard(host)));
      for (const host of hosts) {
        const explained = new Map(explainService(snapshot, host).map(({ ref, applies }) => [ref, applies]));
        for (const service of ofKind(snapshot.resources, "VirtualService")) {
          const ref = formatRef(refOf(service));
          const applies = explained.get(ref) ?? false;
          const isSent = sent.has(`${ref} ${host}`);
          const { http = [], tcp, tls } = service.spec;
          // What comes through gateways has a law of its own, and these callers have no listeners for connections.
          const bearsByRequestsAlone =
            tcp === undefined && tls === undefined && gatewaysOf(service).every((gateway) => gateway === "mesh");
          // Routes are said to be made from those that are delegated to.
          if (isSent || (bearsByRequestsAlone && http.every(({ delegate }) => delegate === undefined)))
            expect(`${ref} ${host} ${applies}`).toBe(`${ref} ${host} ${isSent}`);
        }
      }
    }));
});
