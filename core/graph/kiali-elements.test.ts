import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { buildGraph } from "#core/graph/build-graph.ts";
import { kialiElements } from "#core/graph/kiali-elements.ts";
import { BOOKINFO, graphOf, row } from "#core/graph/testing/traffic-cases.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("Kiali's elements carry its ids, boxes, rates and percentages", () => {
  const { elements, graphType, duration } = kialiElements(graphOf(BOOKINFO, "versioned-app"), sha256);
  expect({ graphType, duration }).toEqual({ graphType: "versionedApp", duration: 10 });
  const reviews = elements.nodes.find(({ data }) => data.workload === "reviews-v3")?.data;
  const box = elements.nodes[0]?.data;
  expect(box).toMatchObject({ isBox: "app", app: "reviews", id: sha256("box_Kubernetes_default_reviews") });
  expect(reviews).toMatchObject({
    id: sha256("vapp_Kubernetes_default_reviews-v3"),
    parent: box?.id,
    version: "v3",
    nodeType: "app",
    traffic: [{ protocol: "http", rates: { httpIn: "3.00", httpOut: "3.00" } }],
  });
  const edge = elements.edges.find(({ data }) => data.target === reviews?.id)?.data;
  expect(edge).toMatchObject({
    id: sha256(`${sha256("vapp_Kubernetes_default_productpage-v1")}.${reviews?.id}.http`),
    isMTLS: "100",
    traffic: {
      protocol: "http",
      rates: { http: "3.00", httpPercentReq: "75.0" },
      responses: { "200": { flags: { "-": "100.0" }, hosts: { "reviews.default.svc.cluster.local": "100.0" } } },
    },
  });
});

test("Kiali's rates show a digit other than zero", () => {
  const { elements } = kialiElements(
    buildGraph({
      view: "workload",
      startMs: 0,
      endMs: 3_600_000,
      rows: [row({ from: "a-v1", to: "b-v1", count: 2, responseCode: 500 })],
      gaps: [],
    }),
    sha256,
  );
  expect(elements.edges[0]?.data.traffic.rates).toEqual({
    http: "0.001",
    http5xx: "0.001",
    httpPercentErr: "100.0",
    httpPercentReq: "100.0",
  });
});

test("Kiali's share of errors is the edge's own, 4xx too, and health says by which figure it was judged", () => {
  const graph = graphOf([
    { from: "a-v1", to: "b-v1", count: 5, responseCode: 404 },
    { from: "a-v1", to: "b-v1", count: 15 },
  ]);
  expect(graph.edges[0]).toMatchObject({ errorPercent: 25, health: { status: "failure", cause: "4xx 25 % ≥ 20 %" } });
  expect(graph.nodes.find(({ workload }) => workload === "b-v1")).toMatchObject({ errorPercentIn: 25 });
  expect(kialiElements(graph, sha256).elements.edges[0]?.data.traffic.rates).toMatchObject({ httpPercentErr: "25.0" });
});

test("connections are called so", () => {
  const [edge] = graphOf([{ from: "a-v1", to: "b-v1", count: 20, protocol: "tcp", responseCode: 0 }]).edges;
  expect(edge?.health.reason).toBe("2.0 connections/s, all within tolerance");
});

test("whom all others reach does well, and what a caller's own proxy kept is told beside it", () => {
  const { nodes, edges } = graphOf([
    { from: "a-v1", to: "b-v1", count: 90 },
    { from: "c-v1", to: "b-v1", count: 20, responseCode: 502, deniedBy: "own[block_all]" },
  ]);
  expect(nodes.find(({ workload }) => workload === "b-v1")).toMatchObject({
    requestsPerSecondIn: 9,
    health: { status: "healthy", cause: "2.0/s never arrived" },
  });
  expect(edges.map(({ health }) => health.status)).toEqual(["healthy", "failure"]);
});

test.each([
  ["direct-response", 0, "answered directly by the caller's own proxy"],
  ["no-route", 0, "no route by the caller's own proxy"],
  ["block_all", 10, "blocked by the caller's own proxy, others as callers tell"],
])("an edge and whom it leads to say alike where requests stayed: %s, and %d unanswered", (cause, count, why) => {
  const seen = { from: "c-v1", to: "b-v1", count } as const;
  const broken = { ...seen, responseCode: 0, responseFlags: "UH" } as const;
  const { nodes, edges } = graphOf([
    { from: "a-v1", to: "b-v1", count: 90, reporter: "destination" },
    { from: "c-v1", to: "b-v1", count: 20, responseCode: 502, deniedBy: `own[${cause}]` },
    ...(count === 0 ? [] : [seen, { ...seen, reporter: "destination" as const }, broken]),
  ]);
  expect(edges.find(({ source }) => source.includes("c-v1"))?.unseenReason).toBe(why);
  expect(nodes.find(({ workload }) => workload === "b-v1")?.health.reason.split(" never arrived, ")[1]).toBe(why);
});
