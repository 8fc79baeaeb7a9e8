import { describe, expect, test } from "vitest";
import { buildGraph } from "#core/graph/build-graph.ts";
import type { Graph } from "#core/graph/graph.ts";
import { both, type Case, graphOf, row } from "#core/graph/testing/traffic-cases.ts";

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

  test("that its own proxy delayed, or sent again, is an answer of the called end all the same", () => {
    const seen = { from: "shop-v1", to: "reviews-v1", count: 50, reporter: "destination" } as const;
    const answered = { ...seen, reporter: "source", count: 25 } as const;
    const late = { ...answered, responseFlags: "DI" };
    const { edges } = graphOf([...others, answered, late, seen]);
    const edge = edges.find(({ source }) => source === "wl_default_shop-v1");
    expect([edge?.requestsPerSecond, edge?.unseenPerSecond ?? 0]).toEqual([5, 0]);
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

  test("ends as the called end says: answers that it knows to be good are no failures", () => {
    const seen = { from: "shop-v1", to: "reviews-v1", count: 100, reporter: "destination" } as const;
    expect(judged([{ ...claim, count: 100 }, seen])).toEqual({ edge: "failure", node: "healthy", rate: 19 });
    const failed = { ...seen, count: 30, responseCode: 500 };
    expect(judged([{ ...claim, count: 100 }, { ...seen, count: 70 }, failed]).node).toBe("failure");
    const { nodes } = graphOf([{ ...claim, count: 100 }, { ...seen, count: 70 }, failed]);
    expect(nodes.find(({ id }) => id === "wl_default_reviews-v1")?.errorPercentIn).toBeCloseTo(30);
    // Of bytes alone the called end knows no outcome.
    expect(
      judged([
        { ...claim, count: 100 },
        { ...seen, protocol: "tcp" },
      ]).node,
    ).toBe("failure");
  });

  test("of one that is there and idle: an answer is none, and what never came is told as the callers'", () => {
    const idle = (said: Partial<Case>) =>
      buildGraph({
        view: "workload",
        startMs: 0,
        endMs: 10_000,
        rows: [row({ ...claim, ...said })],
        gaps: [],
        isLive: (end) => end === "default/reviews-v1",
      });
    const nodeOf = (graph: Graph) => graph.nodes.find(({ id }) => id === "wl_default_reviews-v1");
    const answered = idle({});
    expect(answered.edges).toMatchObject([{ health: { status: "failure" }, unseenPerSecond: 1000 }]);
    expect(nodeOf(answered)).toMatchObject({ health: { status: "idle" }, requestsPerSecondIn: 0 });
    const nameless = { from: "shop-v1", to: "reviews-v1", count: 10_000, destinationService: "unknown" } as const;
    const busy = buildGraph({
      view: "workload",
      startMs: 0,
      endMs: 10_000,
      rows: [row({ ...claim, responseCode: 200 }), row({ ...nameless, reporter: "destination" })],
      gaps: [],
      isLive: () => true,
    });
    expect(nodeOf(busy), "that does not know its service's name").toMatchObject({ requestsPerSecondIn: 1000 });
    const broken = idle({ responseFlags: "UH" });
    expect(broken.edges).toMatchObject([{ unseenPerSecond: 1000 }]);
    expect(nodeOf(broken)?.health.reason).toMatch(/1000 requests\/s never arrived, as callers tell$/);
  });

  test("is nothing where it tells of no requests", () => {
    for (const responseFlags of ["-", "UH"])
      expect(judged([{ ...claim, count: 0, responseFlags }])).toEqual({ edge: "idle", node: "healthy", rate: 9 });
  });

  test("is believed of one that tells nothing, and of callers in plain text that it has seen", () => {
    expect(graphOf([claim]).nodes.map(({ health }) => health.status)).toEqual(["failure", "failure"]);
    const plain = { ...claim, from: null, count: 100, reporter: "destination", security: "none" } as const;
    expect(judged([{ ...claim, count: 100, security: "none" }, plain]).node).toBe("failure");
  });
});
