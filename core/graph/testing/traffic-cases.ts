import { buildGraph } from "#core/graph/build-graph.ts";
import type { Graph, GraphView } from "#core/graph/graph.ts";
import { bucketOf } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { packHistogram } from "#core/telemetry/histogram.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";

const UNKNOWN_END = { workload: "unknown", namespace: "unknown", app: "unknown", version: "unknown" };

/** What one end says of `count` requests: workloads of namespace default as `app-version`, null for an end that is not known. */
export interface Case extends Partial<TrafficKey> {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

function end(name: string | null) {
  if (name === null) return UNKNOWN_END;
  const [app = name, version = "v1"] = name.split("-");
  return { workload: name, namespace: "default", app, version };
}

/** The row of one case: HTTP that went well under mTLS, as its caller tells it, where the case says nothing else. */
export function row({ from, to, count, ...labels }: Case): TrafficRow {
  const source = end(from);
  const destination = end(to);
  const key: TrafficKey = {
    ...NOBODY,
    sourceWorkload: source.workload,
    sourceNamespace: source.namespace,
    sourceApp: source.app,
    sourceVersion: source.version,
    sourcePrincipal: from === null ? "unknown" : `spiffe://cluster.local/ns/default/sa/${source.app}`,
    destinationWorkload: destination.workload,
    destinationNamespace: destination.namespace,
    destinationApp: destination.app,
    destinationVersion: destination.version,
    destinationService: to === null ? "unknown" : `${destination.app}.default.svc.cluster.local`,
    destinationPort: 9080,
    responseCode: 200,
    security: "mutual_tls",
    ...labels,
  };
  return {
    key,
    count,
    opened: 0,
    requestBytes: 0,
    responseBytes: 100 * count,
    durationSumMs: 7 * count,
    durations: packHistogram([[bucketOf(7), count]]),
  };
}

/** The graph of ten seconds. */
export function graphOf(cases: readonly Case[], view: GraphView = "workload", namespaces?: readonly string[]): Graph {
  return buildGraph({ view, startMs: 0, endMs: 10_000, rows: cases.map(row), gaps: [], namespaces });
}

/** The same as each of its ends tells it. */
export const both = (edge: Omit<Case, "reporter">): Case[] => [
  { ...edge, reporter: "source" },
  { ...edge, reporter: "destination" },
];

/** Two versions of one service behind a gateway, ten seconds. */
export const BOOKINFO: Case[] = [
  ...both({ from: "productpage-v1", to: "reviews-v1", count: 10 }),
  ...both({ from: "productpage-v1", to: "reviews-v3", count: 30 }),
  ...both({ from: "reviews-v3", to: "ratings-v1", count: 30 }),
  { from: "gateway", to: "productpage-v1", count: 40, fromGateway: true, sourceNamespace: "istio-system" },
];
