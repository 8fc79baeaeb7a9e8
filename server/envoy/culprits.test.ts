import { expect, test } from "vitest";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { LayerChange } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { api } from "#server/envoy/testing/random-draw.ts";
import { hash, MESH, NODES } from "#server/envoy/testing/random-world.ts";
import { createMeshCalls } from "#server/mesh/mesh-calls.ts";
import type { AdsServer } from "#server/xds/ads-server.ts";
import { XdsMetrics } from "#server/xds/xds-metrics.ts";

const POISON = "x-poison";
const COUNT = 1000;

const route = (at: number, path = "/"): AnyResource =>
  api("VirtualService", "networking", `r${at}`, "default", {
    hosts: [`r${at}.example.com`],
    gateways: ["front"],
    http: [{ match: [{ uri: { prefix: path } }], directResponse: { status: 200 } }],
  });
const GATEWAY = api("Gateway", "networking", "front", "default", {
  selector: { istio: "ingressgateway" },
  servers: [{ port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
});
const change = (revision: number, upserts: readonly AnyResource[]): SnapshotChange => ({
  revision,
  upserts,
  deletes: [],
  instanceUpserts: [],
  instanceDeletes: [],
});

function open() {
  let builds = 0;
  const compiler = createCompiler(
    {
      revision: 0,
      mesh: MESH,
      resources: [GATEWAY, ...Array.from({ length: COUNT }, (_, at) => route(at))],
      instances: [],
    },
    {
      hash(bytes) {
        const isGateway = Buffer.from(bytes).includes("r1.example.com");
        if (isGateway) builds += 1;
        if (Buffer.from(bytes).includes(POISON)) throw new Error("invalid uint32: 7200000000");
        return hash(bytes);
      },
    },
  );
  const gateway = NODES.find(({ type, isBounded }) => type === "router" && isBounded !== true);
  if (gateway === undefined) throw new Error("there is no gateway among the nodes");
  compiler.open({
    ...gateway,
    namespace: "default",
    metadata: { ...gateway.metadata, LABELS: { istio: "ingressgateway" } },
  });
  return { compiler, builds: () => builds };
}

test("the cause among a thousand resources is found in steps of one build, and proxies come between them", () => {
  const { compiler, builds } = open();
  for (const _ of compiler.steps(change(1, [route(700, `/${POISON}`)]))) void _;
  const steps = compiler.diagnosing();
  let most = 0;
  let taken = 0;
  for (;;) {
    const before = builds();
    const { done, value } = steps.next();
    most = Math.max(most, builds() - before);
    if (done === true) {
      expect(value).toEqual([
        expect.objectContaining({ code: "not-translated", resource: "VirtualService/default/r700" }),
      ]);
      break;
    }
    taken += 1;
    // Whoever comes meanwhile finds the whole configuration.
    if (taken % 5 === 0) {
      const node = { ...NODES[0], id: `late-${taken}` } as NonNullable<(typeof NODES)[0]>;
      expect(compiler.open(node).layers.length).toBeGreaterThan(0);
      compiler.close(node);
    }
  }
  expect(most).toBeLessThanOrEqual(1);
  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThan(30);
});

test("the next change reaches proxies while the cause of what the last one broke is looked for, and each is told what it broke", async () => {
  const { compiler } = open();
  const order: string[] = [];
  const ads = {
    metrics: new XdsMetrics(() => 0),
    distributing: (_: readonly LayerChange[], revision?: number) => {
      order.push(`sent ${revision}`);
      return [][Symbol.iterator]();
    },
  } as Partial<AdsServer> as AdsServer;
  const calls = createMeshCalls(compiler, ads);
  const service = api("ServiceEntry", "networking", "other", "default", {
    hosts: ["other.default.svc.cluster.local"],
    resolution: "DNS",
    ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  });
  const answered = async (revision: number, upserts: readonly AnyResource[]) => {
    const { diagnostics } = await calls.apply(change(revision, upserts));
    order.push(`answered ${revision}`);
    return diagnostics.map(({ resource }) => resource);
  };
  const [first, second] = await Promise.all([answered(1, [route(700, `/${POISON}`)]), answered(2, [service])]);
  expect(order).toEqual(["sent 1", "sent 2", "answered 1", "answered 2"]);
  expect(first).toEqual(["VirtualService/default/r700"]);
  expect(second).toEqual(["VirtualService/default/r700"]);
});

test("what is mended while its cause is looked for is looked at no more", () => {
  const { compiler } = open();
  for (const _ of compiler.steps(change(1, [route(700, `/${POISON}`)]))) void _;
  const steps = compiler.diagnosing();
  for (let at = 0; at < 3; at += 1) expect(steps.next().done).toBe(false);
  for (const _ of compiler.steps(change(2, [route(700)]))) void _;
  let left = 0;
  while (steps.next().done !== true) left += 1;
  expect(left).toBeLessThanOrEqual(1);
  expect(compiler.diagnostics()).toEqual([]);
});
