import { expect, test } from "vitest";
import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { parse } from "#server/envoy/testing/random-draw.ts";
import { hash, NODES } from "#server/envoy/testing/random-world.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import { Publisher } from "#server/services/publisher.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};
const change = (revision: number, ...refs: string[]): SnapshotChange => ({
  revision,
  upserts: [],
  deletes: refs.map(parseRef),
  instanceUpserts: [],
  instanceDeletes: [],
});
const broken = (resource: string): Diagnostic => ({
  severity: "error",
  code: "not-translated",
  resource,
  message: "cannot be translated",
});

function makePublisher(apply: (change: SnapshotChange) => Promise<{ readonly diagnostics: readonly Diagnostic[] }>) {
  const errors: PharosError[] = [];
  const state = new MeshState({ revision: 0, mesh: MESH, resources: [], instances: [] });
  return {
    errors,
    publisher: new Publisher(
      state,
      () => ({ apply }),
      (error) => errors.push(error),
    ),
  };
}

test("a revision answers for what it broke, not for what was broken before it", async () => {
  const A = "DestinationRule/default/a";
  const B = "DestinationRule/default/b";
  const results = [[broken(A)], [broken(A), broken(B)], [broken(A)]];
  const { publisher } = makePublisher(async () => ({ diagnostics: results.shift() ?? [] }));
  for (const each of [change(1, A), change(2, B), change(3, B)]) publisher.publish(each);
  expect(await publisher.published(1)).toEqual([broken(A)]);
  expect(await publisher.published(2)).toEqual([broken(B)]);
  expect(await publisher.published(3)).toEqual([]);
  expect(publisher.findings).toEqual([broken(A)]);
});

test("what the compiler leaves out, or has no place for, is told of the configuration, of many proxies once, and fails no revision", async () => {
  const compiler = createCompiler({ revision: 0, mesh: MESH, resources: [], instances: [] }, { hash });
  for (const node of NODES) compiler.open(node);
  const { publisher } = makePublisher(async (each) => ({ diagnostics: compiler.apply(each).diagnostics }));
  const upserts = [
    parse(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: x, namespace: istio-system }
spec:
  configPatches:
    - { applyTo: CLUSTER, match: { cluster: { name: nobody } }, patch: { operation: MERGE, value: {} } }
    - { applyTo: CLUSTER, patch: { operation: MERGE, value: { conect_timeout: 7s } } }
`),
    parse(`
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: g, namespace: istio-system }
spec:
  servers:
    - { port: { number: 80, name: a, protocol: HTTP }, hosts: ["*"] }
    - { port: { number: 80, name: b, protocol: TCP }, hosts: ["*"] }
`),
  ];
  publisher.publish({ ...change(1), upserts });
  expect(await publisher.published(1)).toEqual([]);
  expect(publisher.findings.map(({ code, resource }) => `${code} ${resource}`).toSorted()).toEqual([
    "gateway-port-conflict Gateway/istio-system/g",
    "matches-nothing EnvoyFilter/istio-system/x",
    "patch-not-usable EnvoyFilter/istio-system/x",
  ]);
});

test("a compiler that throws is told to who wrote the revision, and the next one goes on", async () => {
  const { publisher, errors } = makePublisher(async ({ revision }) => {
    if (revision === 1) throw new RangeError("invalid uint32: 7200000000");
    return { diagnostics: [] };
  });
  publisher.publish(change(1, "VirtualService/default/a"));
  publisher.publish(change(2, "VirtualService/default/b"));
  expect(await publisher.published(1)).toEqual([
    expect.objectContaining({ severity: "error", message: expect.stringContaining("invalid uint32") }),
  ]);
  expect(await publisher.published(2)).toEqual([]);
  expect(errors).toHaveLength(1);
});

test("what the thread that is started again will have is no failure", async () => {
  const { publisher } = makePublisher(() => Promise.reject(new PharosError("unavailable", "started again")));
  publisher.publish(change(1, "VirtualService/default/a"));
  expect(await publisher.published(1)).toEqual([]);
});
