import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { networking } from "#server/envoy/testing/random-draw.ts";
import { sidecar } from "#server/envoy/testing/random-law.ts";
import { dump, MESH } from "#server/envoy/testing/random-world.ts";

const SERVICES = 40;
const WORKLOADS = 5;

const service = (index: number): AnyResource =>
  networking("ServiceEntry", `tcp-${index}`, "default", {
    hosts: [`tcp-${index}.test`],
    resolution: "STATIC",
    addresses: [`10.5.0.${index + 1}`],
    ports: [{ name: "tcp", number: 3306, protocol: "TCP" }],
    endpoints: [{ address: "10.0.0.1" }],
  });

const route = (to: number): AnyResource =>
  networking("VirtualService", "one", "default", {
    hosts: ["tcp-0.test"],
    tcp: [{ route: [{ destination: { host: `tcp-${to}.test` } }] }],
  });

const edit = (revision: number, to: number): SnapshotChange => ({
  revision,
  upserts: [route(to)],
  deletes: [],
  instanceUpserts: [],
  instanceDeletes: [],
});

test("an edit of one host of many has the listeners of that one built and encoded, for each workload", () => {
  let encoded = 0;
  const hash = (bytes: Uint8Array): string => {
    encoded += 1;
    return createHash("sha1").update(bytes).digest("hex");
  };
  const resources = [...Array.from({ length: SERVICES }, (_, index) => service(index)), route(1)];
  const snapshot = { revision: 1, mesh: MESH, resources, instances: [] };
  const compiler = createCompiler(snapshot, { hash });
  const nodes = Array.from({ length: WORKLOADS }, (_, index) => sidecar("default", `w${index}`));
  const views = nodes.map((node) => compiler.open(node));
  for (const [revision, to] of [
    [2, 2],
    [3, 3],
  ] as const) {
    encoded = 0;
    compiler.apply(edit(revision, to));
    expect(encoded).toBeLessThan(SERVICES);
    expect(encoded).toBeGreaterThanOrEqual(WORKLOADS);
  }
  const fresh = createCompiler({ ...snapshot, resources: [...resources.slice(0, -1), route(3)] }, { hash });
  expect(views.map(({ layers }) => dump(layers))).toEqual(nodes.map((node) => dump(fresh.open(node).layers)));
});

const meshConfig = (spec: object): AnyResource => {
  const { resources, diagnostics } = parseDocuments(
    JSON.stringify({
      ...{ apiVersion: "mesh.pharos.dev/v1", kind: "MeshConfig", spec },
      metadata: { name: "default", namespace: MESH.rootNamespace },
    }),
  );
  const [only] = resources;
  if (only === undefined) throw new Error(JSON.stringify(diagnostics));
  return only;
};

test.each([
  ["the server's name", { defaultConfig: { proxyHeaders: { server: { value: "other" } } } }],
  ["the case of headers", { defaultConfig: { proxyHeaders: { preserveHttp1HeaderCase: true } } }],
  ["headers of Envoy", { defaultConfig: { proxyHeaders: { envoyDebugHeaders: { disabled: true } } } }],
  ["paths", { pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" } }],
])("an edit of what the mesh says of %s has the listeners that a start would have", (_, spec) => {
  const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");
  const web = networking("ServiceEntry", "web", "default", {
    hosts: ["web.test"],
    resolution: "STATIC",
    addresses: ["10.5.0.1"],
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
    endpoints: [{ address: "10.0.0.1" }],
  });
  const snapshot = { revision: 1, mesh: MESH, resources: [web], instances: [] };
  const compiler = createCompiler(snapshot, { hash });
  const node = sidecar("default", "w0");
  const view = compiler.open(node);
  const before = dump(view.layers);
  compiler.apply({ ...edit(2, 0), upserts: [meshConfig(spec)] });
  const fresh = createCompiler({ ...snapshot, resources: [web, meshConfig(spec)] }, { hash });
  expect(dump(view.layers)).toEqual(dump(fresh.open(node).layers));
  expect(dump(view.layers)).not.toEqual(before);
});
