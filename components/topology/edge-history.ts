import type { Graph } from "#core/view/graph.ts";
import type { TimePoint } from "#core/view/telemetry.ts";

export interface EdgeSample {
  readonly atMs: number;
  readonly requestsPerSecond: number;
  readonly errorPercent: number;
  readonly p95Ms: number | null;
}

export type EdgeHistory = ReadonlyMap<string, readonly EdgeSample[]>;

/** Ten minutes at one sample every two seconds. */
const SAMPLES_MAX = 300;

/** Adds a graph to what was seen of each edge; the oldest samples go. An edge that is gone from the graph has a sample of nothing. */
export function recordGraph(history: EdgeHistory, graph: Graph): EdgeHistory {
  const next = new Map<string, readonly EdgeSample[]>();
  const seen = new Map(graph.edges.map((edge) => [edge.id, edge]));
  for (const id of new Set([...history.keys(), ...seen.keys()])) {
    const before = history.get(id) ?? [];
    if (before.at(-1)?.atMs === graph.endMs) {
      next.set(id, before);
      continue;
    }
    const edge = seen.get(id);
    const sample: EdgeSample = {
      atMs: graph.endMs,
      requestsPerSecond: edge?.requestsPerSecond ?? 0,
      errorPercent: edge?.errorPercent ?? 0,
      p95Ms: edge?.p95Ms ?? null,
    };
    next.set(id, [...before, sample].slice(-SAMPLES_MAX));
  }
  return next;
}

/** One figure of an edge, or of the sum of several, over time. */
export function historyPoints(
  history: EdgeHistory,
  ids: readonly string[],
  figure: "requestsPerSecond" | "errorPercent" | "p95Ms",
): TimePoint[] {
  const byTime = new Map<number, EdgeSample[]>();
  for (const id of ids)
    for (const sample of history.get(id) ?? []) byTime.set(sample.atMs, [...(byTime.get(sample.atMs) ?? []), sample]);
  return [...byTime].sort(([a], [b]) => a - b).map(([atMs, samples]) => ({ atMs, value: combine(samples, figure) }));
}

function combine(
  samples: readonly EdgeSample[],
  figure: "requestsPerSecond" | "errorPercent" | "p95Ms",
): number | null {
  const rate = samples.reduce((total, { requestsPerSecond }) => total + requestsPerSecond, 0);
  if (figure === "requestsPerSecond") return rate;
  if (figure === "errorPercent")
    return rate === 0
      ? null
      : samples.reduce((total, sample) => total + sample.errorPercent * sample.requestsPerSecond, 0) / rate;
  const latencies = samples.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]));
  return latencies.length === 0 ? null : Math.max(...latencies);
}
