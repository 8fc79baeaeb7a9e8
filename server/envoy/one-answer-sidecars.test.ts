// What a Sidecar leaves its callers, as it is resolved, is what they get: no more, and no less.
import { describe, expect, test } from "vitest";
import { expandHost } from "#core/host/host.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import { importedTexts, readImports, refusesUnknown, routedHosts } from "#core/resolve/sidecar.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { narrowReader } from "#server/envoy/scoped-reader.ts";
import {
  clusterName,
  describeResolved,
  describeRoute,
  grpcClient,
  hostsOf,
  law,
  NAMESPACES,
  seed,
  sidecar,
} from "#server/envoy/testing/random-law.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";

/** The questions as callers ask them of what they can name, and of where their routes lead too. */
function askedBy(reader: MeshReader, namespace: string): { readonly named: MeshReader; readonly called: MeshReader } {
  const speaking = reader.sidecarFor(namespace, CALLER);
  const texts = speaking === undefined ? undefined : importedTexts(speaking);
  if (texts === undefined) return { named: reader, called: reader };
  const imports = readImports(texts, namespace);
  const routed = new Set(routedHosts(reader.boundTo("mesh"), imports, namespace, MESH.domainSuffix));
  return {
    named: narrowReader(reader, () => imports),
    called: narrowReader(reader, (host) => (routed.has(host) ? undefined : imports)),
  };
}

const CALLER = { app: "caller" };

describe(`FUZZ_SEED=${seed}`, () => {
  test("clusters: callers have those of the hosts that they know, and of those that their routes lead to", () =>
    law(
      (world) => {
        for (const namespace of NAMESPACES) {
          const { called } = askedBy(world.reader, namespace);
          const clusters = [...world.read(sidecar(namespace, "caller")).clusters().keys()];
          for (const host of hostsOf(world)) {
            const service = called.service(host, namespace);
            const rule = service && called.destinationRule(host, namespace, service.namespace);
            const subsets = ["", ...(rule?.subsets ?? []).map(({ name }) => name)];
            const expected = (service?.ports ?? []).flatMap(({ number }) =>
              subsets.map((subset) => clusterName(host, number, subset)),
            );
            expect(clusters.filter((name) => name.endsWith(`|${host}`)).sort()).toEqual(expected.sort());
          }
        }
      },
      { isNarrowed: true },
    ));

  test("routes: callers have virtual hosts for the names that they know, with the routes that are for them", () =>
    law(
      (world) => {
        const named = ofKind(world.snapshot.resources, "VirtualService").flatMap(({ spec, metadata }) =>
          (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace, MESH.domainSuffix)),
        );
        for (const namespace of NAMESPACES) {
          const reader = askedBy(world.reader, namespace).named;
          const virtualHosts = world.read(sidecar(namespace, "caller")).virtualHosts();
          for (const host of new Set([...hostsOf(world), ...named])) {
            const ports = resolveRoutedPorts(reader, host, { namespace, labels: CALLER });
            const own = [...virtualHosts.keys()].filter((name) => name.replace(/:\d+$/, "") === host);
            expect(own.sort()).toEqual(ports.map(({ port }) => `${host}:${port}`).sort());
            for (const { port, used } of ports) {
              const routes = virtualHosts.get(`${host}:${port}`)?.routes ?? [];
              const expected = used?.routes.map((each) => describeResolved(used.service, each));
              if (expected !== undefined) expect(routes.map(describeRoute)).toEqual(expected);
            }
          }
        }
      },
      { isNarrowed: true },
    ));

  test("gRPC clients have clusters of no other hosts", () =>
    law(
      (world) => {
        for (const namespace of NAMESPACES) {
          const { called } = askedBy(world.reader, namespace);
          for (const name of world.read(grpcClient(namespace)).clusters().keys()) {
            const [direction, , , host = ""] = name.split("|");
            if (direction === "outbound") expect(called.service(host, namespace)).toBeDefined();
          }
        }
      },
      { isNarrowed: true },
    ));

  test("the worlds have callers with a Sidecar, with and without REGISTRY_ONLY, and callers without", () => {
    const met = new Set<string>();
    law(
      ({ reader }) => {
        for (const namespace of NAMESPACES) {
          const speaking = reader.sidecarFor(namespace, CALLER);
          met.add(speaking === undefined ? "none" : refusesUnknown(speaking) ? "refuses" : "lets go");
        }
      },
      { isNarrowed: true },
    );
    expect([...met].sort()).toEqual(["lets go", "none", "refuses"]);
  });
});
