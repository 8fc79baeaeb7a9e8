// What a Sidecar leaves its callers, as it is resolved, is what they get: no more, and no less.
import { describe, expect, test } from "vitest";
import type { CallerReader, MeshReader } from "#core/resolve/mesh-reader.ts";
import { importedTexts, importsOfClusters, isRouted, readImports } from "#core/resolve/sidecar.ts";
import { resolveUnknownCalls } from "#core/resolve/unknown-calls.ts";
import { narrowReader } from "#server/envoy/scoped-reader.ts";
import { expectClusters, expectRoutes } from "#server/envoy/testing/expect-outbound.ts";
import { grpcClient, law, NAMESPACES } from "#server/envoy/testing/random-law.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import { seed } from "#testing/fc.ts";

const CALLER = { app: "caller" };

/** The questions as callers ask them of what they can name, and of where their routes lead too. */
function askedBy(
  reader: MeshReader,
  namespace: string,
): { readonly named: CallerReader; readonly called: CallerReader } {
  const speaking = reader.sidecarFor(namespace, CALLER);
  const texts = speaking === undefined ? undefined : importedTexts(speaking);
  if (texts === undefined) return { named: reader, called: reader };
  const imports = readImports(texts, namespace);
  const all = reader.boundTo("mesh");
  const unknown = resolveUnknownCalls(reader.sidecarFor(namespace, CALLER), reader.settings(), MESH.domainSuffix);
  const isSent = (host: string): boolean => unknown.kind === "sent" && unknown.host === host;
  const leadsTo = (host: string): boolean =>
    isRouted(host, all, imports, { namespace, domainSuffix: MESH.domainSuffix });
  return {
    named: narrowReader(reader, () => imports),
    called: narrowReader(reader, (host) => (isSent(host) || leadsTo(host) ? undefined : importsOfClusters(imports))),
  };
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("clusters: callers have those of the hosts that they know, and of those that their routes lead to", () =>
    law(
      (world) => {
        for (const namespace of NAMESPACES) expectClusters(world, namespace, askedBy(world.reader, namespace).called);
      },
      { isNarrowed: true },
    ));

  test("routes: callers have virtual hosts for the names that they know, with the routes that are for them", () =>
    law(
      (world) => {
        for (const namespace of NAMESPACES) expectRoutes(world, namespace, askedBy(world.reader, namespace).named);
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
          met.add(
            speaking === undefined
              ? "none"
              : resolveUnknownCalls(speaking, reader.settings(), reader.mesh.domainSuffix).kind,
          );
        }
      },
      { isNarrowed: true, first: 1 },
    );
    expect([...met].sort()).toEqual(expect.arrayContaining(["none", "passed", "refused"]));
  });
});
