import { expect, test } from "vitest";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { api, parse } from "#server/envoy/testing/random-draw.ts";
import { hash, MESH, NODES } from "#server/envoy/testing/random-world.ts";

const NOTHING = { revision: 1, upserts: [], deletes: [], instanceUpserts: [], instanceDeletes: [] };

const service = (name: string): AnyResource =>
  api("ServiceEntry", "networking", name, "default", {
    hosts: [`${name}.default.svc.cluster.local`],
    resolution: "STATIC",
    location: "MESH_INTERNAL",
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
    workloadSelector: { labels: { app: name } },
  });
const route = (name: string, timeout: string, match: object = {}): AnyResource =>
  api("VirtualService", "networking", name, "default", {
    hosts: [name],
    http: [{ ...match, timeout, route: [{ destination: { host: name } }] }],
  });
const peers = (name: string, namespace: string, spec: object): AnyResource =>
  api("PeerAuthentication", "security", name, namespace, spec);
const meshConfig = (spec: object): AnyResource =>
  parse(JSON.stringify({ apiVersion: "mesh.pharos.dev/v1", kind: "MeshConfig", metadata: MESH_CONFIG_PLACE, spec }));
const instance = (app: string) => ({
  namespace: "default",
  name: `${app}-0`,
  workload: app,
  labels: { app },
  serviceAccount: app,
  address: "127.0.0.1",
  ports: [{ name: "http", appPort: 9000, inboundPort: 19_000 }],
  health: "healthy" as const,
  locality: "",
  weight: 1,
});

/** A mesh of `services`, with every kind of proxy. */
function open(services: number) {
  const names = Array.from({ length: services }, (_, index) => `s${index}`);
  const snapshot: Snapshot = {
    revision: 0,
    mesh: MESH,
    resources: [...names.map(service), ...names.map((name) => route(name, "1s"))],
    instances: names.map(instance),
  };
  const compiler = createCompiler(snapshot, { hash });
  for (const node of NODES) compiler.open(node);
  return (change: Partial<SnapshotChange>) => {
    const steps = compiler.steps({ ...NOTHING, ...change });
    for (let built = 0; ; built++) {
      const { done, value } = steps.next();
      if (done === true) return { built, changed: value.changes.length, reopen: value.reopen };
    }
  };
}

test.each<[string, () => Partial<SnapshotChange>]>([
  ["a route", () => ({ upserts: [route("s1", "2s")] })],
  ["a service", () => ({ upserts: [service("new")] })],
  ["a service that goes", () => ({ deletes: [{ kind: "ServiceEntry", namespace: "default", name: "s1" }] })],
  ["an instance", () => ({ instanceUpserts: [{ ...instance("s1"), weight: 2 }] })],
  [
    "a policy for one workload",
    () => ({
      upserts: [peers("p", "default", { selector: { matchLabels: { app: "s1" } }, mtls: { mode: "STRICT" } })],
    }),
  ],
  [
    "how gateways take connections",
    () => ({ upserts: [meshConfig({ defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } })] }),
  ],
])("%s has as much built in a large mesh as in a small one", (_, change) => {
  const small = open(10)(change());
  expect(small.built).toBeGreaterThan(0);
  expect(open(100)(change())).toMatchObject({ built: small.built, changed: small.changed });
});

test("an authorizer that nobody asks, in the mesh's settings, is no proxy's concern", () => {
  const provider = { name: "a", envoyExtAuthzGrpc: { service: "default/s1.default.svc.cluster.local", port: 80 } };
  expect(open(10)({ upserts: [meshConfig({ extensionProviders: [provider] })] }).built).toBe(0);
});

test("what comes out as before is nobody's concern", () => {
  const apply = open(10);
  const permissive = { mtls: { mode: "PERMISSIVE" } };
  const { built, changed } = apply({ upserts: [peers("wide", "istio-system", permissive)] });
  // The listeners name the policy as where they come from; no cluster is built for it, and nothing is sent.
  expect(built).toBeLessThan(NODES.length);
  expect(changed).toBe(0);
  expect(apply({ upserts: [peers("other", "elsewhere", { mtls: { mode: "STRICT" } })] }).built).toBe(0);
});

test("what a Sidecar says of calls is no concern of those who are called", () => {
  const apply = open(10);
  const said = (spec: object): AnyResource => api("Sidecar", "networking", "s", "default", spec);
  const egress = [{ hosts: ["./*"] }];
  const inboundConnectionPool = { tcp: { maxConnections: 1 } };
  expect(apply({ upserts: [said({ egress })] }).reopen.size).toBeGreaterThan(0);
  const younger = said({ egress });
  const metadata = { ...younger.metadata, creationTimestamp: "2026-01-01T00:00:00Z" };
  expect(apply({ upserts: [{ ...younger, metadata }] })).toMatchObject({ built: 0, changed: 0 });
  expect(apply({ upserts: [said({ egress: [{ hosts: ["./*", "prod/*"] }] })] })).toMatchObject({
    built: 0,
    changed: 0,
  });
  expect(apply({ upserts: [said({ egress, inboundConnectionPool })] }).built).toBeGreaterThan(0);
});

test("a label that routes begin to ask for moves those who carry it, and nobody else", () => {
  const carriers = (nodes: Iterable<ProxyNode>) => Array.from(nodes, ({ metadata }) => "istio" in metadata.LABELS);
  const apply = open(3);
  const asked = apply({ upserts: [route("s1", "1s", { match: [{ sourceLabels: { istio: "gw" } }] })] });
  expect(carriers(asked.reopen)).toContain(true);
  expect(carriers(asked.reopen)).not.toContain(false);
  expect(apply({ upserts: [route("s2", "1s", { match: [{ sourceLabels: { nobody: "has" } }] })] }).reopen.size).toBe(0);
  expect(apply({ deletes: [{ kind: "VirtualService", namespace: "default", name: "s1" }] }).reopen.size).toBe(
    asked.reopen.size,
  );
});

test("a preview tells what those get who would share with others than now", () => {
  const compiler = createCompiler(
    { revision: 0, mesh: MESH, resources: [service("s1"), route("s1", "1s")], instances: [] },
    { hash },
  );
  for (const node of NODES) compiler.open(node);
  const asking = route("s1", "9s", { match: [{ sourceLabels: { istio: "gw" } }] });
  const change = { ...NOTHING, upserts: [asking] };
  const before = compiler.preview(change);
  const moved = NODES.filter(({ metadata, isBounded }) => "istio" in metadata.LABELS && isBounded !== true);
  const told = new Set(before.changes.flatMap(({ layerId }) => compiler.holders().get(layerId) ?? []));
  for (const node of moved) if (node.type === "sidecar") expect(told).toContain(node.id);
  expect(compiler.preview(change)).toEqual(before);
  expect(compiler.apply(change).reopen.size).toBeGreaterThan(0);
});
