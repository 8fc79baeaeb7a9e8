import { expect, test } from "vitest";
import { findPlaintext } from "#core/graph/find-plaintext.ts";
import type { Graph, GraphEdge, GraphNode } from "#core/graph/graph.ts";

const HEALTH = { status: "healthy", reason: "" } as const;
const node = (id: string): GraphNode => ({
  id,
  kind: "service",
  namespace: "default",
  name: `the ${id}`,
  health: HEALTH,
  isRoot: false,
  requestsPerSecondIn: 1,
  requestsPerSecondOut: 1,
  errorPercentIn: 0,
});
const edge = (target: string, mtlsPercent: number | null): GraphEdge => ({
  id: target,
  source: "a",
  target,
  protocol: "http",
  requestsPerSecond: 10,
  errorPercent: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  mtlsPercent,
  health: HEALTH,
  responses: [],
  deniedBy: [],
  bytesPerSecond: 0,
  destinationServices: [],
});

test("finds what came without mTLS, most first, and leaves out what nobody could tell", () => {
  const graph: Graph = {
    view: "service",
    startMs: 0,
    endMs: 1,
    gaps: [],
    nodes: ["a", "b", "c", "d", "e"].map(node),
    edges: [edge("b", 100), edge("c", 90), edge("d", null), edge("e", 0)],
  };
  expect(findPlaintext(graph)).toEqual([
    { id: "e", source: "the a", target: "the e", perSecond: 10, mtlsPercent: 0, addresses: [], deniedBy: [] },
    { id: "c", source: "the a", target: "the c", perSecond: 1, mtlsPercent: 90, addresses: [], deniedBy: [] },
  ]);
});
