// Somebody who comes from a new place gets the order of everybody's endpoints: that must not take the longer the larger the mesh is.
import { expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { RecordingReader } from "#server/compile/recording-reader.ts";
import { formatCaller } from "#server/envoy/caller-of.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { dump } from "#server/envoy/testing/random-world.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";

const HOSTS = ["a", "b", "c"].map((name) => `${name}.example.test`);

const entry = (host: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${host}, namespace: default }
spec:
  hosts: [${host}]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 10.0.0.1, locality: eu/a }, { address: 10.0.0.2, locality: us/a }]
`;
const RULE = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: default }
spec: { host: "*.example.test", trafficPolicy: { outlierDetection: {} } }
`;

function makeMesh() {
  const documents = parseAllDocuments([...HOSTS.map(entry), RULE].join("---"));
  if ("empty" in documents) throw new Error("no documents");
  return createCompiler(makeSnapshot(documents, []), { hash: (bytes) => Buffer.from(bytes).toString("base64") });
}

function callerFrom(locality: string) {
  const node = makeNode({
    type: "sidecar",
    name: "shop-0",
    namespace: "default",
    mode: "REDIRECT",
    labels: {},
    inbound: [],
  });
  return { ...node, locality, metadata: { ...node.metadata, DNS_CAPTURE: true as const } };
}

test("nothing is asked of the book of addresses for somebody who comes from a new place", () => {
  const compiler = makeMesh();
  compiler.open(callerFrom("eu/a"));
  const asked = vi.spyOn(RecordingReader.prototype, "virtualAddress");
  const { layers } = compiler.open(callerFrom("us/a"));
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
  expect(dump(layers)).toEqual(dump(makeMesh().open(callerFrom("us/a")).layers));
  const [, near] = layers;
  expect([...(near?.resources.get("EDS")?.keys() ?? [])]).toHaveLength(HOSTS.length);
  expect(near?.resources.has("CDS")).toBe(false);
});

test("a rule by a label moves who carries it near others, and leaves what is its own", () => {
  const compiler = makeMesh();
  const from = callerFrom("eu/a");
  const node = { ...from, metadata: { ...from.metadata, LABELS: { tier: "gold" } } };
  const before = compiler.open(node).layers;
  const rule = parseAllDocuments(`
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: tiers, namespace: nobody }
spec:
  host: nowhere.example.test
  trafficPolicy: { outlierDetection: {}, loadBalancer: { localityLbSetting: { failoverPriority: [tier] } } }
`);
  if ("empty" in rule) throw new Error("no document");
  const upserts = makeSnapshot(rule, []).resources;
  const { reopen } = compiler.apply({ revision: 2, upserts, deletes: [], instanceUpserts: [], instanceDeletes: [] });
  expect([...reopen]).toEqual([node]);
  const after = compiler.move(node).layers;
  expect(after[0]).toBe(before[0]);
  expect(after[2]).toBe(before[2]);
  expect(after[1]).not.toBe(before[1]);
  compiler.close(node);
  expect(compiler.nodes()).toEqual([]);
});

test("gRPC clients in different places share all that is the same for them", () => {
  const compiler = makeMesh();
  const [one, other] = ["eu/a", "us/a"].map((locality) => {
    const from = callerFrom(locality);
    return compiler.open({ ...from, metadata: { ...from.metadata, GENERATOR: "grpc" } }).layers;
  });
  expect(other?.[0]).toBe(one?.[0]);
  const priorities = [one, other].map((layers) =>
    [...(layers?.[1]?.resources.get("EDS")?.values() ?? [])].map(({ version }) => version),
  );
  expect(priorities[0]).toHaveLength(HOSTS.length);
  expect(priorities[0]).not.toEqual(priorities[1]);
});

test("callers who differ are told apart, whatever is written in their places and labels", () => {
  const callers = [
    { locality: "eu", labels: { tier: "gold" } },
    { locality: "eu tier=gold", labels: {} },
    { locality: "eu", labels: { tier: "gold a=b" } },
    { locality: "eu", labels: { tier: "gold", a: "b" } },
    { locality: "", labels: {} },
    { locality: "anywhere", labels: {} },
  ];
  expect(new Set(callers.map(formatCaller)).size).toBe(callers.length);
});

test("labels in another order make no other caller", () =>
  expect(formatCaller({ locality: "eu", labels: { a: "1", b: "2" } })).toBe(
    formatCaller({ locality: "eu", labels: { b: "2", a: "1" } }),
  ));
