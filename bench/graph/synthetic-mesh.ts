import { create } from "@bufbuild/protobuf";
import { histogramOf } from "#core/telemetry/histogram.ts";
import {
  type ReportRequest,
  ReportRequestSchema,
  type RequestWindow,
  RequestWindowSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

export interface SyntheticEdge {
  readonly from: number;
  readonly to: number;
  /** Whether some of its answers are 503. */
  readonly hasErrors: boolean;
}

/** Every service is called by a few others, some by many; the same for the same numbers. */
export function syntheticEdges(services: number, edges: number): SyntheticEdge[] {
  const seen = new Set<string>();
  const made: SyntheticEdge[] = [];
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  while (made.length < edges) {
    const from = Math.floor(random() * services);
    const to = Math.floor(random() ** 2 * services);
    if (from === to || seen.has(`${from} ${to}`)) continue;
    seen.add(`${from} ${to}`);
    made.push({ from, to, hasErrors: random() < 0.2 });
  }
  return made;
}

function syntheticReporter(service: number): Reporter {
  const app = `service-${service}`;
  const namespace = `ns-${service % 50}`;
  return {
    principal: `spiffe://cluster.local/ns/${namespace}/sa/${app}`,
    namespace,
    workload: { workload: `${app}-v1`, namespace, app, version: "v1" },
  };
}

function windowOf(
  { from, to }: SyntheticEdge,
  reporter: "source" | "destination",
  atMs: number,
  code: number,
  count: number,
): RequestWindow {
  // Each edge has its own middle, and a tail of a tenth of its requests.
  const middle = 2 + ((from * 31 + to * 17) % 120);
  const durationOf = (index: number): number =>
    Math.round(
      middle * (index % 10 === 9 ? 4 + ((atMs / 10_000 + index) % 7) : 0.8 + ((index * 7 + atMs / 10_000) % 5) / 10),
    );
  const durations = histogramOf(Array.from({ length: count }, (_, index) => durationOf(index)));
  const [source, destination] = [syntheticReporter(from), syntheticReporter(to)];
  return create(RequestWindowSchema, {
    windowStartMs: BigInt(atMs),
    windowMs: 10_000,
    reporter,
    sourceWorkload: `service-${from}-v1`,
    sourceWorkloadNamespace: source.namespace,
    sourceApp: `service-${from}`,
    sourceVersion: "v1",
    sourcePrincipal: source.principal,
    destinationWorkload: `service-${to}-v1`,
    destinationWorkloadNamespace: destination.namespace,
    destinationApp: `service-${to}`,
    destinationVersion: "v1",
    destinationPrincipal: destination.principal,
    destinationService: `service-${to}.${destination.namespace}.svc.cluster.local`,
    destinationPort: 8080,
    requestProtocol: "http",
    responseCode: code,
    responseFlags: "-",
    connectionSecurityPolicy: "mutual_tls",
    count: BigInt(count),
    requestBytes: BigInt(count * 100),
    responseBytes: BigInt(count * 1000),
    durationSumMs: count * 20,
    durations,
    requestSizes: histogramOf(new Array<number>(count).fill(100)),
    responseSizes: histogramOf(Array.from({ length: count }, (_, index) => 900 + 50 * (index % 5))),
  });
}

/** What every service's agent reports of one window. */
export function syntheticReports(
  edges: readonly SyntheticEdge[],
  atMs: number,
  sequence: number,
): { readonly report: ReportRequest; readonly reporter: Reporter }[] {
  const windows = new Map<number, RequestWindow[]>();
  const add = (service: number, window: RequestWindow): void => {
    const own = windows.get(service);
    if (own === undefined) windows.set(service, [window]);
    else own.push(window);
  };
  for (const edge of edges) {
    for (const code of edge.hasErrors ? [200, 503] : [200]) {
      const count = code === 200 ? 40 : 4;
      add(edge.from, windowOf(edge, "source", atMs, code, count));
      add(edge.to, windowOf(edge, "destination", atMs, code, count));
    }
  }
  return [...windows].map(([service, own]) => ({
    report: create(ReportRequestSchema, {
      storeId: `store-${service}`,
      sequence: BigInt(sequence),
      instance: `ns-${service % 50}/service-${service}-0`,
      windows: own,
    }),
    reporter: syntheticReporter(service),
  }));
}
