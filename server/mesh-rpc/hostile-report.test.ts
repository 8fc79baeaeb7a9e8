import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { GrpcClient } from "#grpc/client.ts";
import { HONEST, HostileMesh, LONG, nodeId } from "#server/mesh-rpc/testing/hostile-mesh.ts";

// What a registered agent of account `shop` may tell of requests.

let mesh: HostileMesh;
beforeAll(async () => {
  mesh = await HostileMesh.open();
  await mesh.register(mesh.shop, HONEST);
  await mesh.stream(mesh.shop, { id: nodeId("shop-0") });
});
afterAll(() => mesh.stop());

test("reports for an instance that is not registered, and of one that is another's, leave ratings as it is", async () => {
  const now = Date.now();
  const window = (reporter: string) => ({
    windowStartMs: BigInt(Math.floor(now / 10_000) * 10_000),
    windowMs: 10_000,
    reporter,
    sourceWorkload: "ratings-v1",
    destinationWorkload: "ratings-v1",
    destinationService: "ratings.default.svc.cluster.local",
    destinationPort: 9080,
    requestProtocol: "http",
    responseCode: 503,
    count: 100_000n,
    durationBuckets: new Array<number>(BUCKET_COUNT).fill(0),
  });
  for (const [sequence, instance] of ["default/nobody-7", "default/ratings-v1-0", LONG].entries()) {
    await mesh.report(mesh.shop, {
      storeId: "hostile",
      sequence: BigInt(sequence + 1),
      instance,
      windows: ["source", "destination"].map(window),
      samples: ["source", "destination"].map((reporter) => ({
        startMs: BigInt(now),
        reporter,
        responseCode: 503,
        destinationService: "ratings.default.svc.cluster.local",
        destinationWorkload: "ratings-v1",
        path: "/",
      })),
    });
  }
  const samples = await mesh.admin.requests.list.query({ seconds: 300, limit: 100 });
  const metrics = await (await fetch(`${mesh.serve.url}/metrics`)).text();
  const told = JSON.stringify([samples, metrics]);
  expect(told).toContain("sa/shop");
  expect(told).not.toContain("ratings");
  expect((await mesh.ratings())?.requestsPerSecond).toBeNull();
});

test("what a registered caller tells of requests that ratings never saw stays its own: ratings is as well as it says it is", async () => {
  const at = BigInt(Math.floor(Date.now() / 10_000) * 10_000);
  const window = {
    windowStartMs: at,
    windowMs: 10_000,
    destinationService: "ratings.default.svc.cluster.local",
    destinationWorkload: "ratings-v1",
    destinationWorkloadNamespace: "default",
    requestProtocol: "http",
    durationBuckets: new Array<number>(BUCKET_COUNT).fill(0),
  };
  const tell = (client: GrpcClient, storeId: string, instance: string, told: object) =>
    mesh.report(client, { storeId, instance, windows: [{ ...window, ...told }] });
  await tell(await mesh.dial("ratings"), "honest", "default/ratings-v1-0", {
    reporter: "destination",
    destinationPort: 19_080,
    sourcePrincipal: "spiffe://cluster.local/ns/default/sa/caller",
    responseCode: 200,
    count: 20n,
  });
  const honest = await vi.waitFor(async () => {
    const seen = await mesh.ratings();
    expect(seen?.requestsPerSecond).toBeGreaterThan(0);
    return seen;
  }, 30_000);
  for (const responseCode of [503, 0])
    await tell(mesh.shop, `claims-${responseCode}`, "default/shop-0", {
      reporter: "source",
      destinationPort: 9080,
      responseCode,
      responseFlags: responseCode === 0 ? "UF" : "-",
      count: 100_000n,
    });
  await vi.waitFor(async () => {
    const graph = await mesh.admin.topology.graph.query({ view: "workload", seconds: 300 });
    expect(graph.edges.some(({ source, health }) => source.includes("shop") && health.status === "failure")).toBe(true);
  }, 30_000);
  const after = await mesh.ratings();
  expect(after?.errorPercent).toBe(0);
  // The same requests over a time that goes on; the claims would make it thousands of times more.
  expect(after?.requestsPerSecond).toBeGreaterThan(0);
  expect(after?.requestsPerSecond).toBeLessThan(2 * (honest?.requestsPerSecond ?? 0));
});
