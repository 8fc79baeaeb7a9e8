import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { GrpcClient } from "#grpc/client.ts";
import { HONEST, HostileMesh, nodeId } from "#server/mesh-rpc/testing/hostile-mesh.ts";

// What a registered caller makes up of a called end that is there, and of itself.

let mesh: HostileMesh;
beforeAll(async () => {
  mesh = await HostileMesh.open();
  await mesh.register(mesh.shop, HONEST);
  await mesh.stream(mesh.shop, { id: nodeId("shop-0") });
});
afterAll(() => mesh.stop());

test("beside requests that it really sent, a caller makes no failures up, and no more requests than a proxy can have", async () => {
  const at = BigInt(Math.floor(Date.now() / 10_000) * 10_000);
  const window = {
    windowStartMs: at,
    windowMs: 10_000,
    destinationService: "ratings.default.svc.cluster.local",
    destinationWorkload: "ratings-v1",
    destinationWorkloadNamespace: "default",
    requestProtocol: "http",
    responseFlags: "-",
  };
  const tell = (client: GrpcClient, storeId: string, instance: string, windows: readonly object[]) =>
    mesh.report(client, { storeId, instance, windows: windows.map((told) => ({ ...window, ...told })) });
  const shop = "spiffe://cluster.local/ns/default/sa/shop";
  const failed = { reporter: "source", destinationPort: 9080, responseCode: 500 };
  const edgeNow = async () => {
    const { edges } = await mesh.admin.topology.graph.query({ view: "workload", seconds: 300 });
    return edges.find(({ source, target }) => source.includes("shop") && target.includes("ratings"));
  };
  expect(await tell(mesh.shop, "liar", "default/shop-0", [{ ...failed, count: 2000n }])).toEqual([]);
  await vi.waitFor(async () => expect((await edgeNow())?.health.status).toBe("failure"), 30_000);
  expect((await mesh.ratings())?.requestsPerSecond, "answers of one that saw nothing").toBeNull();

  await tell(await mesh.dial("ratings"), "honest", "default/ratings-v1-0", [
    { reporter: "destination", destinationPort: 19_080, sourcePrincipal: shop, responseCode: 200, count: 2000n },
  ]);
  await vi.waitFor(async () => expect((await mesh.ratings())?.requestsPerSecond).toBeGreaterThan(1), 30_000);
  expect((await mesh.ratings())?.errorPercent).toBe(0);
  expect(await edgeNow()).toMatchObject({ health: { status: "failure" }, errorPercent: 100 });
  const overview = await mesh.admin.overview.get.query({ seconds: 300 });
  expect(overview.errorPercent).toBe(0);

  const many = Array.from({ length: 3 }, (_, index) => ({ ...failed, responseCode: 500 + index, count: 1_000_000n }));
  const refused = await tell(mesh.shop, "boaster", "default/shop-0", many);
  expect(refused).toEqual([expect.stringMatching(/^more requests than a proxy can have/)]);
  await vi.waitFor(async () => {
    const audit = await mesh.admin.access.audit.query({ limit: 50 });
    expect(JSON.stringify(audit)).toContain("more requests than a proxy can have");
  }, 30_000);
});
