import { create, toBinary } from "@bufbuild/protobuf";
import { histogramOfLe } from "#core/telemetry/histogram.ts";
import { ResourceLogsSchema } from "#proto/gen/opentelemetry/proto/logs/v1/logs_pb.js";
import {
  ResourceSpansSchema,
  Span_SpanKind,
  Status_StatusCode,
} from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import {
  type ReportRequest,
  ReportRequestSchema,
  RequestSampleSchema,
  RequestWindowSchema,
  TelemetryGapSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

export interface Traffic {
  readonly side: "source" | "destination";
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  readonly count: number;
  readonly code?: number;
  readonly deniedBy?: string;
  readonly fromGateway?: boolean;
  readonly tags?: string;
}

export function reporterOf(workload: string): Reporter {
  const [app = workload, version = "unknown"] = workload.split("-");
  return {
    principal: `spiffe://cluster.local/ns/default/sa/${app}`,
    namespace: "default",
    workload: { workload, namespace: "default", app, version },
    services: [{ inboundPort: 19080, host: `${app}.default.svc.cluster.local`, port: 9080 }],
  };
}

function windowOf({ side, from, to, atMs, count, code = 200, deniedBy = "", fromGateway = false, tags = "" }: Traffic) {
  const [sourceApp = "", sourceVersion = ""] = from.split("-");
  const [destinationApp = "", destinationVersion = ""] = to.split("-");
  return create(RequestWindowSchema, {
    windowStartMs: BigInt(atMs),
    windowMs: 10_000,
    reporter: side,
    sourceWorkload: from,
    sourceWorkloadNamespace: "default",
    sourceApp,
    sourceVersion,
    sourcePrincipal: `spiffe://cluster.local/ns/default/sa/${sourceApp}`,
    destinationWorkload: to,
    destinationWorkloadNamespace: "default",
    destinationApp,
    destinationVersion,
    destinationService: side === "source" ? `${destinationApp}.default.svc.cluster.local` : "unknown",
    destinationPort: side === "source" ? 9080 : 19080,
    requestProtocol: "http",
    responseCode: code,
    responseFlags: "-",
    connectionSecurityPolicy: "mutual_tls",
    deniedBy,
    count: BigInt(count),
    requestBytes: BigInt(count * 10),
    responseBytes: BigInt(count * 100),
    durationSumMs: count * 7,
    durations: histogramOfLe([0, 0, 0, count]),
    fromGateway,
    tags,
    shapes: [{ method: "GET", pathTemplate: `/${to}`, count: BigInt(count) }],
  });
}

export function reportOf(
  sequence: number,
  traffic: readonly Traffic[],
  more: {
    readonly storeId?: string;
    readonly spans?: readonly Uint8Array[];
    readonly gaps?: readonly [number, number, string, number][];
  } = {},
): ReportRequest {
  return create(ReportRequestSchema, {
    storeId: more.storeId ?? "store",
    sequence: BigInt(sequence),
    instance: "default/it",
    windows: traffic.map(windowOf),
    samples: traffic.map(({ side, from, to, atMs, code = 200, deniedBy = "" }) =>
      create(RequestSampleSchema, {
        startMs: BigInt(atMs + 1),
        reporter: side,
        durationMs: 7,
        method: "GET",
        path: `/${to}`,
        authority: to,
        responseCode: code,
        responseFlags: "-",
        sourceWorkload: from,
        sourceWorkloadNamespace: "default",
        destinationService: `${to.split("-")[0]}.default.svc.cluster.local`,
        destinationWorkload: to,
        destinationWorkloadNamespace: "default",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        deniedBy,
      }),
    ),
    resourceSpans: [...(more.spans ?? [])],
    gaps: (more.gaps ?? []).map(([startMs, endMs, reason, requests]) =>
      create(TelemetryGapSchema, {
        startMs: BigInt(startMs),
        endMs: BigInt(endMs),
        reason,
        requests: BigInt(requests),
      }),
    ),
  });
}

export interface SpanCase {
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  /** That its application says. */
  readonly namespace?: string;
  readonly name: string;
  readonly atMs: number;
  readonly durationMs: number;
  readonly isError?: boolean;
  readonly url?: string;
  /** Where Envoy sent it. */
  readonly cluster?: string;
}

export function resourceSpansOf(span: SpanCase) {
  const { trace, id, parent, service, name, atMs, durationMs, isError = false, url = "", cluster = "-" } = span;
  const { namespace } = span;
  return create(ResourceSpansSchema, {
    resource: {
      attributes: [
        { key: "service.name", value: { value: { case: "stringValue", value: service } } },
        ...(namespace === undefined
          ? []
          : [{ key: "service.namespace", value: { value: { case: "stringValue" as const, value: namespace } } }]),
      ],
    },
    scopeSpans: [
      {
        spans: [
          {
            traceId: Buffer.from(trace, "hex"),
            spanId: Buffer.from(id, "hex"),
            parentSpanId: Buffer.from(parent ?? "", "hex"),
            name,
            kind: Span_SpanKind.SERVER,
            startTimeUnixNano: BigInt(atMs) * 1_000_000n,
            endTimeUnixNano: BigInt(atMs + durationMs) * 1_000_000n,
            attributes: [
              { key: "http.status_code", value: { value: { case: "intValue", value: isError ? 503n : 200n } } },
              { key: "http.method", value: { value: { case: "stringValue", value: "GET" } } },
              { key: "http.url", value: { value: { case: "stringValue", value: url } } },
              { key: "upstream_cluster", value: { value: { case: "stringValue", value: cluster } } },
            ],
            events: [{ timeUnixNano: BigInt(atMs) * 1_000_000n, name: "started" }],
            status: { code: Status_StatusCode.UNSET },
          },
        ],
      },
    ],
  });
}

export interface LogCase {
  readonly service: string;
  readonly body: string;
  readonly atMs: number;
  readonly severity?: number;
  readonly trace?: string;
  readonly span?: string;
}

export function resourceLogsOf({ service, body, atMs, severity = 9, trace = "", span = "" }: LogCase) {
  const text = (value: string) => ({ value: { case: "stringValue" as const, value } });
  return create(ResourceLogsSchema, {
    resource: { attributes: [{ key: "service.name", value: text(service) }] },
    scopeLogs: [
      {
        logRecords: [
          {
            timeUnixNano: BigInt(atMs) * 1_000_000n,
            severityNumber: severity,
            severityText: "said",
            body: text(body),
            attributes: [{ key: "thread.id", value: { value: { case: "intValue", value: 7n } } }],
            traceId: Buffer.from(trace, "hex"),
            spanId: Buffer.from(span, "hex"),
          },
        ],
      },
    ],
  });
}

export function spanBytes(span: SpanCase): Uint8Array {
  return toBinary(ResourceSpansSchema, resourceSpansOf(span));
}
