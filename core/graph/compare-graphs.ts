import type { ComparedEdge, DisplayEdge, DisplayGraph, DisplayNode } from "#core/graph/display-graph.ts";

/** From which difference on an edge has changed: what is less is chance. */
const RATE_RATIO = 1.25;
const RATE_MIN = 0.1;
const ERROR_POINTS = 1;
const LATENCY_RATIO = 1.25;
const LATENCY_MS = 5;
const MTLS_POINTS = 1;

const GONE: DisplayNode["health"] = { status: "idle", reason: "no request was recorded in this range" };

/** A graph with what was there at another time and is no more, each edge saying what became of it since. */
export function compareGraphs(after: DisplayGraph, before: DisplayGraph): DisplayGraph {
  const was = new Map(before.edges.map((edge) => [edge.id, edge]));
  const is = new Set(after.edges.map(({ id }) => id));
  const edges = [
    ...after.edges.map((edge) => ({ ...edge, compared: compareEdge(edge, was.get(edge.id)) })),
    ...before.edges.filter(({ id }) => !is.has(id)).map(removed),
  ];
  const known = new Set(after.nodes.map(({ id }) => id));
  const nodes = [...after.nodes, ...before.nodes.filter(({ id }) => !known.has(id)).map(gone)];
  const framed = new Set(after.boxes.map(({ namespace }) => namespace));
  const boxes = [...after.boxes, ...before.boxes.filter(({ namespace }) => !framed.has(namespace))].map((box) => ({
    ...box,
    count: nodes.filter(({ kind, namespace }) => kind !== "namespace" && namespace === box.namespace).length,
  }));
  return { nodes, edges, boxes };
}

function compareEdge(now: DisplayEdge, then: DisplayEdge | undefined): ComparedEdge {
  if (then === undefined) return { change: "added", before: null };
  return { change: hasChanged(now, then) ? "changed" : "same", before: figuresOf(then) };
}

function hasChanged(now: DisplayEdge, then: DisplayEdge): boolean {
  const points = Math.abs(now.errorPercent - then.errorPercent);
  const secured = Math.abs((now.mtlsPercent ?? 0) - (then.mtlsPercent ?? 0));
  return (
    differs(now.requestsPerSecond, then.requestsPerSecond, RATE_RATIO, RATE_MIN) ||
    points >= ERROR_POINTS ||
    differs(now.p95Ms ?? 0, then.p95Ms ?? 0, LATENCY_RATIO, LATENCY_MS) ||
    (now.mtlsPercent !== null && then.mtlsPercent !== null && secured >= MTLS_POINTS)
  );
}

function differs(now: number, then: number, ratio: number, least: number): boolean {
  return Math.abs(now - then) >= least && Math.max(now, then) >= Math.min(now, then) * ratio;
}

function figuresOf({ requestsPerSecond, errorPercent, p95Ms, mtlsPercent }: DisplayEdge): ComparedEdge["before"] {
  return { requestsPerSecond, errorPercent, p95Ms, mtlsPercent };
}

function removed(edge: DisplayEdge): DisplayEdge {
  return {
    ...edge,
    requestsPerSecond: 0,
    mirroredPerSecond: 0,
    unseenPerSecond: 0,
    unseenReasons: [],
    errorPercent: 0,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    mtlsPercent: null,
    health: GONE,
    deniedBy: [],
    responses: [],
    compared: { change: "removed", before: figuresOf(edge) },
  };
}

function gone(node: DisplayNode): DisplayNode {
  return {
    ...node,
    health: GONE,
    requestsPerSecondIn: 0,
    requestsPerSecondOut: 0,
    requestsPerSecondInside: 0,
    errorPercentIn: 0,
  };
}
