import { create } from "@bufbuild/protobuf";
import {
  type ResourceSpans,
  ResourceSpansSchema,
  Span_SpanKind,
} from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { RequestSampleSchema, RequestShapeSchema, type RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { type SyntheticEdge, syntheticReports } from "../graph/synthetic-mesh.ts";

const WINDOW_MS = 10_000;
const TEMPLATES = ["/items/{}", "/items", "/carts/{}/lines", "/orders/{}"];
const TRACED = 0.01;
const NS = 1_000_000n;

/** Takes in a window of everything that agents tell of a mesh: counts, shapes, some requests one by one, a hundredth of them traced. */
export async function takeWindow(
  store: RunningTelemetry,
  edges: readonly SyntheticEdge[],
  atMs: number,
  sequence: number,
  samples: number,
): Promise<{ readonly requests: number }> {
  const reports = syntheticReports(edges, atMs, sequence);
  let requests = 0;
  const taken = reports.map(({ report, reporter }) => {
    for (const window of report.windows) {
      if (window.reporter === "source") requests += Number(window.count);
      window.shapes = TEMPLATES.map((pathTemplate, index) =>
        create(RequestShapeSchema, {
          method: index === 1 ? "POST" : "GET",
          pathTemplate,
          count: window.count / BigInt(TEMPLATES.length),
        }),
      );
    }
    report.samples = Array.from({ length: samples }, (_, index) => sampleOf(report.windows, atMs, sequence, index));
    return store.ingest.takeReport(report, reporter);
  });
  await Promise.all(taken);
  const traces = Math.round(requests * TRACED);
  await store.ingest.takeSpans(
    Array.from({ length: traces }, (_, index) => traceOf(edges, atMs, sequence * 10_000 + index)),
    "bench",
  );
  return { requests };
}

function sampleOf(windows: readonly RequestWindow[], atMs: number, sequence: number, index: number) {
  const window = windows[(sequence * 31 + index * 7) % windows.length];
  if (window === undefined) throw new Error("a report without windows");
  return create(RequestSampleSchema, {
    startMs: BigInt(atMs + ((index * 997) % WINDOW_MS)),
    reporter: window.reporter,
    durationMs: 3 + ((sequence * 13 + index * 29) % 400),
    method: "GET",
    path: `/items/${(sequence * 7 + index) % 5000}`,
    pathTemplate: "/items/{}",
    authority: window.destinationService,
    responseCode: window.responseCode,
    responseFlags: window.responseCode === 503 ? "UH" : "-",
    responseCodeDetails: window.responseCode === 503 ? "no_healthy_upstream" : "via_upstream",
    requestId: `${sequence}-${index}-${window.sourceWorkload}`,
    sourceWorkload: window.sourceWorkload,
    sourceWorkloadNamespace: window.sourceWorkloadNamespace,
    sourceVersion: window.sourceVersion,
    destinationService: window.destinationService,
    destinationWorkload: window.destinationWorkload,
    destinationWorkloadNamespace: window.destinationWorkloadNamespace,
    destinationVersion: window.destinationVersion,
    destinationPort: window.destinationPort,
    requestProtocol: "http",
    connectionSecurityPolicy: "mutual_tls",
    requestBytes: 100n,
    responseBytes: 900n,
    weight: 20,
  });
}

const id = (text: string, bytes: number): Uint8Array =>
  Buffer.from(text.padStart(2 * bytes, "0").slice(-2 * bytes), "hex");

/** Both ends of one call. */
function traceOf(edges: readonly SyntheticEdge[], atMs: number, number: number): ResourceSpans {
  const { from, to } = edges[number % edges.length] ?? { from: 0, to: 0 };
  const traceId = id((number * 2_654_435_761).toString(16), 16);
  const [client, server] = [id(`a${number.toString(16)}`, 8), id(`b${number.toString(16)}`, 8)];
  const start = BigInt(atMs + (number % WINDOW_MS)) * NS;
  const text = (key: string, value: string) => ({ key, value: { value: { case: "stringValue" as const, value } } });
  const attributes = [
    text("http.method", "GET"),
    text("http.url", `http://service-${to}/items/${number % 5000}`),
    text("http.status_code", "200"),
    text("upstream_cluster.name", `outbound|8080||service-${to}`),
  ];
  const span = { traceId, name: `service-${to}:8080/*`, attributes };
  return create(ResourceSpansSchema, {
    resource: { attributes: [text("service.name", `service-${from}.ns-${from % 50}`)] },
    scopeSpans: [
      {
        spans: [
          {
            ...span,
            spanId: client,
            kind: Span_SpanKind.CLIENT,
            startTimeUnixNano: start,
            endTimeUnixNano: start + 20n * NS,
          },
          {
            ...span,
            spanId: server,
            parentSpanId: client,
            kind: Span_SpanKind.SERVER,
            startTimeUnixNano: start + NS,
            endTimeUnixNano: start + 19n * NS,
          },
        ],
      },
    ],
  });
}
