import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { buildGraph } from "#core/graph/build-graph.ts";
import type { Graph, GraphView } from "#core/graph/graph.ts";
import { kialiElements } from "#core/graph/kiali-elements.ts";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficKey, TrafficRow } from "#core/telemetry/traffic.ts";

const UNKNOWN_END = { workload: "unknown", namespace: "unknown", app: "unknown", version: "unknown" };

interface Case extends Partial<TrafficKey> {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

function end(name: string | null) {
  if (name === null) return UNKNOWN_END;
  const [app = name, version = "v1"] = name.split("-");
  return { workload: name, namespace: "default", app, version };
}

function row({ from, to, count, ...labels }: Case): TrafficRow {
  const source = end(from);
  const destination = end(to);
  const buckets = new Array<number>(BUCKET_COUNT).fill(0);
  buckets[3] = count;
  const key: TrafficKey = {
    reporter: "source",
    sourceWorkload: source.workload,
    sourceNamespace: source.namespace,
    sourceApp: source.app,
    sourceVersion: source.version,
    sourcePrincipal: from === null ? "unknown" : `spiffe://cluster.local/ns/default/sa/${source.app}`,
    destinationWorkload: destination.workload,
    destinationNamespace: destination.namespace,
    destinationApp: destination.app,
    destinationVersion: destination.version,
    destinationPrincipal: "unknown",
    destinationService: to === null ? "unknown" : `${destination.app}.default.svc.cluster.local`,
    destinationPort: 9080,
    protocol: "http",
    responseCode: 200,
    grpcStatus: "",
    responseFlags: "-",
    security: "mutual_tls",
    deniedBy: "",
    fromGateway: false,
    sourceAddress: "",
    ...labels,
  };
  return { key, count, requestBytes: 0, responseBytes: 100 * count, durationSumMs: 7 * count, buckets, bucketsAt: 0 };
}

function graphOf(cases: readonly Case[], view: GraphView = "workload", namespaces?: readonly string[]): Graph {
  return buildGraph({ view, startMs: 0, endMs: 10_000, rows: cases.map(row), gaps: [], namespaces });
}

const both = (edge: Omit<Case, "reporter">): Case[] => [
  { ...edge, reporter: "source" },
  { ...edge, reporter: "destination" },
];

test("a request that both ends report is counted once", () => {
  const graph = graphOf(both({ from: "productpage-v1", to: "reviews-v1", count: 50 }));
  expect(graph.edges).toHaveLength(1);
  expect(graph.edges[0]).toMatchObject({
    requestsPerSecond: 5,
    errorPercent: 0,
    mtlsPercent: 100,
    p50Ms: 7.5,
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

const BOOKINFO: Case[] = [
  ...both({ from: "productpage-v1", to: "reviews-v1", count: 10 }),
  ...both({ from: "productpage-v1", to: "reviews-v3", count: 30 }),
  ...both({ from: "reviews-v3", to: "ratings-v1", count: 30 }),
  { from: "gateway", to: "productpage-v1", count: 40, fromGateway: true, sourceNamespace: "istio-system" },
];

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

describe("connections that are refused for want of mTLS", () => {
  const REFUSED = {
    reporter: "destination",
    protocol: "tcp",
    responseCode: 0,
    responseFlags: "NR",
    security: "none",
    deniedBy: "mtls[plaintext]-policy[default/strict]",
    sourceAddress: "10.0.0.9",
  } as const;
  const cut = (from: string, count: number): Case => ({
    from,
    to: "ratings-v1",
    count,
    responseCode: 503,
    responseFlags: "UC",
    security: "none",
    destinationService: "alias.example.test",
  });

  test("are the callers' that tell of as many that broke, with the reason; what goes beyond is strangers'", () => {
    const { edges } = graphOf([
      { from: "reviews-v1", to: "ratings-v1", count: 50 },
      cut("reviews-v1", 12),
      cut("details-v1", 8),
      { ...REFUSED, from: null, to: "ratings-v1", count: 27 },
    ]);
    expect(
      edges.map(({ source, protocol, requestsPerSecond, deniedBy }) => [source, protocol, requestsPerSecond, deniedBy]),
    ).toEqual([
      ["unknown_source", "tcp", 0.7, ["PeerAuthentication/default/strict"]],
      ["wl_default_details-v1", "http", 0.8, ["PeerAuthentication/default/strict"]],
      ["wl_default_reviews-v1", "http", 6.2, ["PeerAuthentication/default/strict"]],
    ]);
    expect(edges[2]?.health.reason).toBe("19.4 % of 6.2 requests/s refused (PeerAuthentication/default/strict)");
  });

  test("are the TCP callers' too, who saw them closed as any other", () => {
    const { edges } = graphOf([
      { from: "reviews-v1", to: "ratings-v1", count: 10, protocol: "tcp", responseCode: 0, security: "none" },
      { ...REFUSED, from: null, to: "ratings-v1", count: 10 },
    ]);
    expect(edges).toMatchObject([{ source: "wl_default_reviews-v1", errorPercent: 100, requestsPerSecond: 1 }]);
  });

  test("are strangers' where no caller tells of any that broke in plain text", () => {
    const { edges } = graphOf([
      { from: "reviews-v1", to: "ratings-v1", count: 10, responseCode: 503, responseFlags: "UC" },
      { from: "reviews-v1", to: "ratings-v1", count: 10, security: "none" },
      { ...REFUSED, from: null, to: "ratings-v1", count: 10 },
    ]);
    expect(edges.map(({ source, requestsPerSecond }) => [source, requestsPerSecond])).toEqual([
      ["unknown_source", 1],
      ["wl_default_reviews-v1", 2],
    ]);
  });
});

test("strangers that a gateway refuses have an edge of their own, and are none of what it is judged by", () => {
  const { nodes, edges } = graphOf([
    { from: "ingress", to: "reviews-v1", count: 98, fromGateway: true },
    { from: "ingress", to: "reviews-v1", count: 2, fromGateway: true, responseCode: 503 },
    {
      from: null,
      to: "ingress",
      count: 400,
      reporter: "destination",
      protocol: "tcp",
      responseCode: 0,
      security: "none",
      deniedBy: "tls[plaintext]",
      sourceAddress: "10.0.0.9",
    },
  ]);
  expect(edges.find(({ target }) => target === "wl_default_ingress")).toMatchObject({
    source: "unknown_source",
    requestsPerSecond: 40,
    errorPercent: 100,
    deniedBy: ["TLS is required: plain text"],
    sourceAddresses: [{ address: "10.0.0.9", requestsPerSecond: 40 }],
  });
  expect(nodes.find(({ id }) => id === "wl_default_ingress")).toMatchObject({
    isRoot: true,
    requestsPerSecondIn: 0,
    health: { status: "degraded", reason: "2.0 % of 10.0 requests/s answered 5xx" },
  });
});

test("callers without a certificate are told by their addresses, those who send most first", () => {
  const rows = [
    { from: null, to: "b-v1", count: 5, reporter: "destination" as const, sourceAddress: "10.0.0.1" },
    { from: null, to: "b-v1", count: 3, reporter: "destination" as const, sourceAddress: "10.0.0.2" },
    {
      from: "unknown",
      to: "b-v1",
      count: 4,
      reporter: "destination" as const,
      sourceAddress: "10.0.0.2",
      responseCode: 500,
    },
  ];
  const { edges } = buildGraph({ view: "workload", startMs: 0, endMs: 1000, rows: rows.map(row), gaps: [] });
  expect(edges.map(({ sourceAddresses }) => sourceAddresses)).toEqual([
    [
      { address: "10.0.0.2", requestsPerSecond: 7 },
      { address: "10.0.0.1", requestsPerSecond: 5 },
    ],
  ]);
});

describe("an alias of a workload, in plain text", () => {
  const plain = { security: "none" as const, protocol: "tcp" as const, responseCode: 0 };
  const alias = { from: "caller-v1", to: "alpha-v1", destinationService: "recipe.example.test", ...plain };
  const stranger = {
    from: null,
    to: "alpha-v1",
    reporter: "destination" as const,
    ...plain,
    sourceAddress: "10.0.0.1",
  };

  test("counts once: what the called end tells of strangers is the caller's own", () => {
    const { edges, nodes } = graphOf([
      { ...alias, count: 100 },
      { ...stranger, count: 100, deniedBy: "ns[default]-policy[p]" },
    ]);
    expect(edges.map(({ requestsPerSecond, deniedBy }) => [requestsPerSecond, deniedBy])).toEqual([
      [10, ["AuthorizationPolicy/default/p"]],
    ]);
    expect(nodes.map(({ kind }) => kind)).not.toContain("unknown");
  });

  test("strangers beside it stay, with what goes beyond", () => {
    const { edges } = graphOf([
      { ...alias, count: 60 },
      { ...stranger, count: 100 },
    ]);
    expect(
      edges.map(({ source, requestsPerSecond }) => [source.includes("unknown"), requestsPerSecond]).sort(),
    ).toEqual([
      [false, 6],
      [true, 4],
    ]);
  });

  test("what the called end tells by the caller's name is no stranger's, and neither is what mTLS refused", () => {
    const { edges } = graphOf([
      { ...alias, count: 60 },
      { ...alias, count: 60, reporter: "destination", sourcePrincipal: "unknown" },
      { ...stranger, count: 20 },
      { ...stranger, count: 30, deniedBy: "mtls[plaintext]" },
    ]);
    expect(
      edges.map(({ source, requestsPerSecond }) => [source.includes("unknown"), requestsPerSecond]).sort(),
    ).toEqual([
      [false, 6],
      [true, 5],
    ]);
  });
});

describe("what a caller tells of a called end that reports itself", () => {
  const others = both({ from: "productpage-v1", to: "reviews-v1", count: 90 });
  const claim = { from: "shop-v1", to: "reviews-v1", count: 10_000, responseCode: 503 };
  const judged = (cases: readonly Case[]) => {
    const { nodes, edges } = graphOf([...others, ...cases]);
    const edge = edges.find(({ source }) => source === "wl_default_shop-v1");
    const node = nodes.find(({ id }) => id === "wl_default_reviews-v1");
    return { edge: edge?.health.status, node: node?.health.status, rate: node?.requestsPerSecondIn };
  };
  const FAILS = { edge: "failure", node: "failure" };

  test.each([
    ["that it never saw", [], 9],
    ["that it never saw, by the service's name alone", [], 9, { destinationWorkload: "unknown" }],
    ["that it never saw, by another service's name", [], 9, { destinationService: "other.default.svc.cluster.local" }],
    ["that got no answer", [], 9, { responseCode: 0, responseFlags: "UF" }],
  ] as const)("stays on the caller's edge: requests %s", (_, seen, rate, said: Partial<Case> = {}) => {
    expect(judged([{ ...claim, ...said }, ...seen])).toMatchObject(
      said.destinationWorkload === undefined ? { edge: "failure", node: "healthy", rate } : { node: "healthy", rate },
    );
  });

  test("counts once more at most for each request that it has seen of this caller", () => {
    const seen = { from: "shop-v1", to: "reviews-v1", count: 5, reporter: "destination" } as const;
    expect(judged([claim, seen]).rate).toBeCloseTo(10);
  });

  test("is believed as far as it has seen it: failures, and as many that did not come through", () => {
    expect(judged(both({ ...claim, count: 100 }))).toMatchObject(FAILS);
    const half = { from: "shop-v1", to: "reviews-v1", count: 50, reporter: "destination" } as const;
    const unanswered = { ...claim, count: 50, responseCode: 0, responseFlags: "UF" };
    expect(judged([{ ...half, reporter: "source" }, half, unanswered])).toMatchObject({ ...FAILS, rate: 19 });
  });

  test("is believed of one that tells nothing, and of callers in plain text that it has seen", () => {
    expect(graphOf([claim]).nodes.map(({ health }) => health.status)).toEqual(["failure", "failure"]);
    const plain = { from: null, to: "reviews-v1", count: 100, reporter: "destination", security: "none" } as const;
    expect(judged([{ ...claim, count: 100, security: "none" }, plain]).node).toBe("failure");
  });
});
