import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { GrpcClient } from "#grpc/client.ts";
import { ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { HONEST, HostileMesh, LONG, nodeId } from "#server/mesh-rpc/testing/hostile-mesh.ts";
import { SPANS_OF_ONE_MAX } from "#server/telemetry/ports/span-reader.ts";

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

test("whoever floods a trace of others' has its share of it, is told so, and so are operators", async () => {
  const traceId = Buffer.from("5af7651916cd43dd8448eb211c80319c", "hex");
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const spans = (count: number) =>
    toBinary(
      ResourceSpansSchema,
      create(ResourceSpansSchema, {
        scopeSpans: [
          {
            spans: Array.from({ length: count }, (_, at) => {
              const spanId = Buffer.alloc(8);
              spanId.writeUInt32BE(at + 1);
              return { traceId, spanId, name: "x", startTimeUnixNano: nowNs, endTimeUnixNano: nowNs + 1000n };
            }),
          },
        ],
      }),
    );
  const honest = { storeId: "spans", instance: "default/ratings-v1-0", resourceSpans: [spans(3)] };
  expect(await mesh.report(await mesh.dial("ratings"), honest)).toEqual([]);
  const flood = { storeId: "flood", instance: "default/shop-0", resourceSpans: [spans(60_000)] };
  expect(await mesh.report(mesh.shop, flood)).toEqual([
    expect.stringMatching(
      /^more spans than an account may hand over \(5000 a second, of 4096 characters each\): \d+ spans$/,
    ),
  ]);
  const trace = await vi.waitFor(() => mesh.admin.traces.get.query({ traceId: traceId.toString("hex") }), 30_000);
  const of = (account: string) =>
    trace.spans.filter(({ resource }) => String(resource["pharos.reporter"]).endsWith(`/sa/${account}`)).length;
  expect([of("ratings"), of("shop"), trace.isCut]).toEqual([3, SPANS_OF_ONE_MAX, true]);
  expect(await mesh.admin.access.refusals.query()).toContainEqual(
    expect.objectContaining({ limit: "spans a second", party: "spiffe://cluster.local/ns/default/sa/shop" }),
  );
});

test.each([2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
  "a report of sequence %s, which is no count of an agent's, is its sender's fault",
  async (sequence) => {
    await expect(
      mesh.report(mesh.shop, { storeId: "far", sequence, instance: "default/shop-0" }),
    ).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("sequence") });
  },
);

test("accounts that fill Prometheus' page have their share of it, are told of, and who comes after keeps its names", async () => {
  const requestsOf = async (account: string) => {
    const text = await (await fetch(`${mesh.serve.url}/metrics`)).text();
    return text
      .split("\n")
      .filter((line) => line.startsWith("istio_requests_total{") && line.includes(`sa/${account}"`));
  };
  const sumOf = (lines: readonly string[]) =>
    lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const window = {
    windowStartMs: BigInt(Math.floor(Date.now() / 10_000) * 10_000),
    windowMs: 10_000,
    reporter: "source",
    requestProtocol: "http",
    responseCode: 200,
    count: 1n,
  };
  const flood = Array.from({ length: 3000 }, (_, id) => ({
    ...window,
    responseFlags: [676, 26, 1].map((unit) => letters[Math.floor(id / unit) % 26]).join(""),
  }));
  const before = sumOf(await requestsOf("shop"));
  const fill = { storeId: "fill", instance: "default/shop-0", windows: flood };
  expect(await mesh.report(mesh.shop, fill)).toEqual([]);
  const full = await requestsOf("shop");
  expect(full.length).toBeGreaterThan(900);
  expect(full.length).toBeLessThanOrEqual(1010);
  expect(sumOf(full)).toBe(before + 3000);
  expect(await mesh.admin.access.refusals.query()).toContainEqual(
    expect.objectContaining({ limit: "metric series", party: "spiffe://cluster.local/ns/default/sa/shop" }),
  );

  const many = Array.from({ length: 700 }, (_, at) => ({ ...window, responseCode: 100 + at }));
  await mesh.report(await mesh.dial("late"), { storeId: "late", windows: many });
  const late = await requestsOf("late");
  expect(sumOf(late)).toBe(700);
  expect(late.length).toBeLessThan(75);
  expect(late.some((line) => line.includes('response_code="404"') || line.includes('response_code="400"'))).toBe(true);
});
