import { expect, test } from "vitest";
import { BOOKINFO, both, type Case, graphOf } from "#core/graph/testing/traffic-cases.ts";

test("a request that both ends report is counted once", () => {
  const graph = graphOf(both({ from: "productpage-v1", to: "reviews-v1", count: 50 }));
  expect(graph.edges).toHaveLength(1);
  expect(graph.edges[0]).toMatchObject({
    requestsPerSecond: 5,
    errorPercent: 0,
    mtlsPercent: 100,
    p50Ms: expect.closeTo(7, 0),
    health: { status: "healthy" },
  });
});

test("a caller without a sidecar is drawn from what the called end reports", () => {
  const graph = graphOf([{ from: null, to: "reviews-v1", count: 10, reporter: "destination", security: "none" }]);
  expect(graph.edges[0]).toMatchObject({ source: "unknown_source", requestsPerSecond: 1, mtlsPercent: 0 });
});

test("a refusal by the called end turns the caller's 403s into denials and names the policy", () => {
  const graph = graphOf([
    { from: "productpage-v1", to: "details-v1", count: 20, responseCode: 403 },
    { from: "productpage-v1", to: "details-v1", count: 80 },
    {
      from: "productpage-v1",
      to: "details-v1",
      count: 20,
      responseCode: 403,
      reporter: "destination",
      deniedBy: "ns[default]-policy[no-details]-rule[0]",
    },
    { from: "productpage-v1", to: "details-v1", count: 80, reporter: "destination" },
  ]);
  expect(graph.edges[0]).toMatchObject({
    errorPercent: 20,
    deniedBy: ["AuthorizationPolicy/default/no-details"],
    health: { status: "failure", reason: "20.0 % of 10.0 requests/s refused (AuthorizationPolicy/default/no-details)" },
  });
});

test("a refused caller known by its certificate only is the workload that reports under it", () => {
  const graph = graphOf([
    { from: "productpage-v1", to: "details-v1", count: 10, responseCode: 403 },
    {
      from: null,
      to: "details-v1",
      count: 10,
      responseCode: 403,
      reporter: "destination",
      deniedBy: "none",
      sourcePrincipal: "spiffe://cluster.local/ns/default/sa/productpage",
    },
  ]);
  expect(graph.edges.map(({ source, deniedBy }) => [source, deniedBy])).toEqual([
    ["wl_default_productpage-v1", ["no ALLOW policy matched"]],
  ]);
});

test("a caller that reports nothing is named by the account of its certificate", () => {
  const graph = graphOf([
    {
      from: null,
      to: "details-v1",
      count: 10,
      reporter: "destination",
      sourcePrincipal: "spiffe://cluster.local/ns/other/sa/batch",
    },
  ]);
  expect(graph.nodes.map(({ id }) => id)).toContain("wl_other_batch");
});

test.each([
  ["any answer 5xx degrades", { responseCode: 500 }, 1, 999, "degraded"],
  ["a tenth of answers 5xx fails", { responseCode: 503, responseFlags: "UH" }, 10, 90, "failure"],
  ["less than 0.1 % is tolerated", { responseCode: 500 }, 1, 1999, "healthy"],
  ["4xx below a tenth are the callers' affair", { responseCode: 404 }, 9, 91, "healthy"],
  ["a tenth of answers 4xx degrades", { responseCode: 404 }, 10, 90, "degraded"],
  ["a fifth of answers 4xx fails", { responseCode: 404 }, 20, 80, "failure"],
  ["no answer counts as an error", { responseCode: 0, responseFlags: "DC" }, 10, 90, "failure"],
  ["a gRPC status other than 0 counts as an error", { protocol: "grpc", grpcStatus: "14" }, 100, 0, "failure"],
] as const)("%s", (_, labels, bad, good, status) => {
  const cases: Case[] = [{ from: "a-v1", to: "b-v1", count: bad, ...labels }];
  if (good > 0) cases.push({ from: "a-v1", to: "b-v1", count: good });
  expect(graphOf(cases).edges[0]?.health.status).toBe(status);
});

test("the service view joins versions and stands callers behind their services", () => {
  const graph = graphOf(BOOKINFO, "service");
  expect(graph.edges.map(({ id, requestsPerSecond }) => [id, requestsPerSecond])).toEqual([
    ["svc_productpage.default.svc.cluster.local>svc_reviews.default.svc.cluster.local>http", 4],
    ["svc_reviews.default.svc.cluster.local>svc_ratings.default.svc.cluster.local>http", 3],
    ["wl_istio-system_gateway>svc_productpage.default.svc.cluster.local>http", 4],
  ]);
  expect(graph.nodes.find(({ kind }) => kind === "gateway")).toMatchObject({ isRoot: true, requestsPerSecondOut: 4 });
});

test("requests that reached no workload end at the service they were for", () => {
  const graph = graphOf([
    {
      from: "a-v1",
      to: null,
      count: 5,
      responseCode: 503,
      responseFlags: "UH",
      destinationService: "b.default.svc.cluster.local",
    },
  ]);
  expect(graph.edges[0]).toMatchObject({ target: "svc_b.default.svc.cluster.local", errorPercent: 100 });
});

test("a namespace filter keeps what touches it", () => {
  const graph = graphOf(BOOKINFO, "workload", ["istio-system"]);
  expect(graph.edges.map(({ source }) => source)).toEqual(["wl_istio-system_gateway"]);
});

test("two services of one workload are two, each with what was asked of it", () => {
  const admin = { destinationService: "alpha-admin.default.svc.cluster.local", destinationPort: 9081 };
  const cases = [
    ...both({ from: "caller-v1", to: "alpha-v1", count: 90 }),
    { from: "caller-v1", to: "alpha-v1", count: 10, reporter: "source" as const, ...admin },
    // The called end cannot tell by its port which of them was meant.
    { from: "caller-v1", to: "alpha-v1", count: 10, reporter: "destination" as const },
  ];
  const rates = Object.fromEntries(
    graphOf(cases, "service").edges.map(({ target, requestsPerSecond }) => [target, requestsPerSecond]),
  );
  expect(rates).toEqual({
    "svc_alpha.default.svc.cluster.local": 9,
    "svc_alpha-admin.default.svc.cluster.local": 1,
  });
  expect(graphOf(cases).edges.map(({ requestsPerSecond }) => requestsPerSecond)).toEqual([10]);
});

test("copies that a mirror makes are known as copies, and in no other figure", () => {
  const graph = graphOf([
    ...both({ from: "caller-v1", to: "alpha-v1", count: 100 }),
    { from: "caller-v1", to: "alpha-v1", count: 20, reporter: "mirror" },
    { from: "caller-v1", to: "beta-v1", count: 50, reporter: "mirror", responseCode: 503 },
  ]);
  expect(
    graph.edges.map(({ target, requestsPerSecond, mirroredPerSecond, errorPercent }) => ({
      target,
      requestsPerSecond,
      mirroredPerSecond,
      errorPercent,
    })),
  ).toEqual([
    { target: "wl_default_alpha-v1", requestsPerSecond: 10, mirroredPerSecond: 2, errorPercent: 0 },
    { target: "wl_default_beta-v1", requestsPerSecond: 0, mirroredPerSecond: 5, errorPercent: 0 },
  ]);
  expect(graph.nodes.find(({ id }) => id === "wl_default_beta-v1")?.requestsPerSecondIn).toBe(0);
});

test("a TCP connection that a policy refused is denied, though its caller saw it closed as any other", () => {
  const tcp = { from: "caller-v1", to: "alpha-v1", count: 5, protocol: "tcp" as const, responseCode: 0 };
  const [edge] = graphOf([
    { ...tcp, reporter: "source" },
    { ...tcp, reporter: "destination", deniedBy: "ns[default]-policy[p]-rule[0]" },
  ]).edges;
  expect(edge?.deniedBy).toEqual(["AuthorizationPolicy/default/p"]);
  expect(edge?.errorPercent).toBe(100);
  expect(edge?.health.status).not.toBe("healthy");
});
