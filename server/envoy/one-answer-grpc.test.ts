// What is resolved for callers equals what is read back from the bytes that gRPC clients get which read xDS themselves.
import { describe, expect, test } from "vitest";
import { expandHost, isWildcard } from "#core/host/host.ts";
import { isFoundByCall, type Service } from "#core/model/service.ts";
import { resolveDestinationPort } from "#core/resolve/destination-port.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { groupEndpoints, localityRule } from "#core/resolve/locality-load.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import { resolveTrafficPolicy, resolveTrafficTo } from "#core/resolve/traffic-policy.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import { Cluster_LbPolicy } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterLoadAssignment } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { BLACK_HOLE } from "#server/envoy/names.ts";
import {
  clusterName,
  describeResolved,
  describeRoute,
  grpcClient,
  hostsOf,
  type LawWorld,
  law,
  NAMESPACES,
  routedNames,
} from "#server/envoy/testing/random-law.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import { seed } from "#testing/fc.ts";

/** Of a service that these clients can call: they know no call that goes where it was meant to. */
function callable({ reader }: LawWorld, host: string, namespace: string): Service | undefined {
  const service = reader.service(host, namespace);
  return service && isFoundByCall(service.resolution) ? undefined : service;
}

/** Subset of a host → its labels; all of the host under the empty name. */
function subsetsOf({ reader }: LawWorld, service: Service, host: string, namespace: string) {
  const labels = grpcClient(namespace).metadata.LABELS;
  const subsets = reader.destinationRule(host, namespace, service.namespace, labels)?.subsets ?? [];
  return new Map([["", undefined], ...subsets.map(({ name, labels }) => [name, labels] as const)]);
}

function describeGroup({ priority, lbEndpoints }: ClusterLoadAssignment["endpoints"][number]): string[] {
  return lbEndpoints.map(({ hostIdentifier }) => {
    const address = hostIdentifier.case === "endpoint" ? hostIdentifier.value.address?.address : undefined;
    if (address?.case !== "socketAddress") return "";
    const { portSpecifier } = address.value;
    return `${priority} ${address.value.address}:${portSpecifier.case === "portValue" ? portSpecifier.value : ""}`;
  });
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("clusters: they have those of the services and subsets that callers in their namespace see", () =>
    law((world) => {
      for (const namespace of NAMESPACES) {
        const expected = hostsOf(world).flatMap((host) => {
          const service = callable(world, host, namespace);
          if (service === undefined) return [];
          const subsets = [...subsetsOf(world, service, host, namespace).keys()];
          return service.ports.flatMap(({ number }) => subsets.map((subset) => clusterName(host, number, subset)));
        });
        const clusters = [...world.read(grpcClient(namespace)).clusters().keys()];
        expect(clusters.sort()).toEqual([BLACK_HOLE, ...expected].sort());
      }
    }));

  test("endpoints: they call whoever is resolved to answer at an address, each once, in the order of where they are", () =>
    law((world) => {
      for (const namespace of NAMESPACES)
        for (const locality of ["", "eu/a"]) {
          const node = { ...grpcClient(namespace), locality };
          const assignments = world.read(node).assignments();
          for (const host of hostsOf(world)) {
            const service = callable(world, host, namespace);
            if (service?.resolution !== "static") continue;
            const rule = world.reader.destinationRule(host, namespace, service.namespace, node.metadata.LABELS);
            for (const port of service.ports)
              for (const [subset, labels] of subsetsOf(world, service, host, namespace)) {
                const callable = resolveEndpoints(world.reader, service, port).filter(
                  (each) => matchesLabels(each.labels, labels) && isIpAddress(each.address),
                );
                const once = new Map(callable.map((each) => [`${each.address}:${each.port}`, each]));
                const found = localityRule(resolveTrafficPolicy(rule, subset, port.number), world.reader.settings());
                const caller = { locality, labels: node.metadata.LABELS };
                const resolved = groupEndpoints([...once.values()], found, caller).flatMap(({ priority, endpoints }) =>
                  endpoints.map((each) => `${priority} ${each.address}:${each.port}`),
                );
                const assignment = assignments.get(clusterName(host, port.number, subset));
                expect((assignment?.endpoints ?? []).flatMap(describeGroup)).toEqual(resolved);
              }
          }
        }
    }));

  test("routes: the deciding VirtualService's routes for these callers are theirs, in order", () =>
    law((world) => {
      const { reader, read } = world;
      for (const namespace of NAMESPACES) {
        const proxy = read(grpcClient(namespace));
        const clusters = proxy.clusters();
        const sent = new Map(proxy.routeConfigs().map((each) => [each.name, each]));
        const expected: string[] = [];
        for (const host of new Set([...hostsOf(world), ...routedNames(world)])) {
          if (isWildcard(host)) continue;
          for (const { port, used } of resolveRoutedPorts(reader, host, { namespace, labels: { app: "caller" } })) {
            expected.push(clusterName(host, port));
            const [only] = sent.get(clusterName(host, port))?.virtualHosts ?? [];
            const routes = (only?.routes ?? []).map(describeRoute);
            if (used === undefined) {
              expect(routes).toHaveLength(1);
              continue;
            }
            // Where nobody would answer they are sent nowhere: else they would wait for a cluster that never comes.
            const resolved = used.routes.map((each) => {
              const said = describeResolved(used.service, each);
              const { destination } = each.http.route?.[0] ?? {};
              if (destination === undefined) return said;
              const whole = expandHost(destination.host, used.service.metadata.namespace, MESH.domainSuffix);
              const at = resolveDestinationPort(reader, destination, whole, { namespace, port });
              const cluster = clusterName(whole, at, destination.subset);
              return clusters.has(cluster) ? said : said.replace(/ .*/, " |");
            });
            expect(routes).toEqual(resolved);
          }
        }
        expect([...sent.keys()].sort()).toEqual(expected.sort());
      }
    }));

  test("listeners: each target under which a host's port is called leads to its routes", () =>
    law(({ read }) => {
      for (const namespace of NAMESPACES) {
        const proxy = read(grpcClient(namespace));
        const tables = new Set(proxy.routeConfigs().map(({ name }) => name));
        const lead = new Map(proxy.apiListeners());
        for (const [target, table] of lead) {
          expect(tables).toContain(table);
          expect(target.slice(target.lastIndexOf(":"))).toBe(`:${table.split("|")[1]}`);
        }
        expect(new Set(lead.values())).toEqual(tables);
      }
    }));

  test("traffic policy: a cluster's calls are spread as the rules of its port and subset ask", () =>
    law((world) => {
      for (const clientNamespace of NAMESPACES)
        for (const [name, cluster] of world.read(grpcClient(clientNamespace)).clusters()) {
          if (name === BLACK_HOLE) continue;
          const [, port, subset = "", host = ""] = name.split("|");
          const { loadBalancer } = resolveTrafficTo(world.reader, {
            host,
            clientNamespace,
            clientLabels: grpcClient(clientNamespace).metadata.LABELS,
            subset,
            port: Number(port),
          });
          const isHashed = loadBalancer?.consistentHash !== undefined;
          expect(cluster.lbPolicy === Cluster_LbPolicy.RING_HASH).toBe(isHashed);
          // They refuse all but their own, and one that is named in the policy takes the service from them.
          expect(cluster.transportSocket).toBeUndefined();
          expect(cluster.transportSocketMatches).toEqual([]);
        }
    }));
});
