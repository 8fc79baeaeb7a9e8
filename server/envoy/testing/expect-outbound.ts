import { expect } from "vitest";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import {
  clusterName,
  describeResolved,
  describeRoute,
  hostsOf,
  type LawWorld,
  routedNames,
  sidecar,
} from "#server/envoy/testing/random-law.ts";

/** Of every host, callers in a namespace have the clusters of the service that `reader` answers with: of its ports, and of their subsets. */
export function expectClusters(world: LawWorld, namespace: string, reader: CallerReader): void {
  const caller = sidecar(namespace, "caller");
  const clusters = [...world.read(caller).clusters().keys()].filter((name) => name.startsWith("outbound|"));
  for (const host of hostsOf(world)) {
    const service = reader.service(host, namespace);
    const rule = service && reader.destinationRule(host, namespace, service.namespace, caller.metadata.LABELS);
    const subsets = ["", ...(rule?.subsets ?? []).map(({ name }) => name)];
    const expected = (service?.ports ?? []).flatMap(({ number }) =>
      subsets.map((subset) => clusterName(host, number, subset)),
    );
    expect(clusters.filter((name) => name.endsWith(`|${host}`)).sort()).toEqual(expected.sort());
  }
}

/** They have a virtual host for each port that requests are routed at, with the routes of whoever decides there, in order. */
export function expectRoutes(world: LawWorld, namespace: string, reader: CallerReader): void {
  const virtualHosts = world.read(sidecar(namespace, "caller")).virtualHosts();
  for (const host of new Set([...hostsOf(world), ...routedNames(world)])) {
    const ports = resolveRoutedPorts(reader, host, { namespace, labels: { app: "caller" } });
    const own = [...virtualHosts.keys()].filter((name) => name.replace(/:\d+$/, "") === host);
    expect(own.sort()).toEqual(ports.map(({ port }) => `${host}:${port}`).sort());
    for (const { port, used } of ports) {
      const routes = virtualHosts.get(`${host}:${port}`)?.routes ?? [];
      if (used === undefined) expect(routes.map(({ name }) => name)).toEqual(["default"]);
      else expect(routes.map(describeRoute)).toEqual(used.routes.map((each) => describeResolved(used.service, each)));
    }
  }
}
