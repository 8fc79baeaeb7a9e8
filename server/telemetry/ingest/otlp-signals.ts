import {
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { readMessage } from "#grpc/read-message.ts";
import {
  ExportLogsServiceRequestSchema,
  ExportLogsServiceResponseSchema,
} from "#proto/gen/opentelemetry/proto/collector/logs/v1/logs_service_pb.js";
import {
  ExportMetricsServiceRequestSchema,
  ExportMetricsServiceResponseSchema,
} from "#proto/gen/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.js";
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { checkJsonSize } from "#server/telemetry/ingest/check-json-size.ts";
import type { OtlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { encodeIds } from "#server/telemetry/ingest/otlp-json.ts";
import type { Taken } from "#server/telemetry/ingest/telemetry-ingest.ts";

export type OtlpFormat = "protobuf" | "json";

/** One of the things that OTLP carries, as both of its transports see it. */
export interface OtlpSignal {
  /** In words: "spans". */
  readonly name: string;
  /** Of its gRPC service. */
  readonly method: string;
  /** A request in, the answer to it out. `from` marks what is stored with who sent it. Throws "invalid" on what is no request. */
  take(ingest: OtlpIngest, bytes: Uint8Array, format: OtlpFormat, from: string): Promise<Uint8Array>;
}

function signal<Request extends DescMessage, Response extends DescMessage>(options: {
  readonly name: string;
  readonly method: string;
  readonly request: Request;
  readonly response: Response;
  readonly take: (ingest: OtlpIngest, request: MessageShape<Request>, from: string) => Promise<Taken>;
  readonly refused: (rejected: bigint, errorMessage: string) => MessageInitShape<Response>;
}): OtlpSignal {
  const { name, method, request, response, take, refused } = options;
  return {
    name,
    method,
    async take(ingest, bytes, format, from) {
      const { rejected, why } = await take(ingest, read(request, bytes, format), from);
      const answer = create(response, why === undefined ? undefined : refused(BigInt(rejected), why));
      return format === "json" ? Buffer.from(toJsonString(response, answer)) : toBinary(response, answer);
    },
  };
}

function read<D extends DescMessage>(schema: D, bytes: Uint8Array, format: OtlpFormat): MessageShape<D> {
  if (format === "protobuf") return readMessage(schema, bytes);
  try {
    checkJsonSize(bytes);
    const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as JsonValue;
    return fromJson(schema, encodeIds(json), { ignoreUnknownFields: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PharosError("invalid", `no ${schema.name}: ${why.slice(0, 300)}`, { cause });
  }
}

/** By the path of OTLP/HTTP. */
export const OTLP_SIGNALS = {
  "/v1/traces": signal({
    name: "spans",
    method: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    request: ExportTraceServiceRequestSchema,
    response: ExportTraceServiceResponseSchema,
    take: (ingest, { resourceSpans }, from) => ingest.takeSpans(resourceSpans, from),
    refused: (rejectedSpans, errorMessage) => ({ partialSuccess: { rejectedSpans, errorMessage } }),
  }),
  "/v1/logs": signal({
    name: "log records",
    method: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    request: ExportLogsServiceRequestSchema,
    response: ExportLogsServiceResponseSchema,
    take: (ingest, { resourceLogs }, from) => ingest.takeLogs(resourceLogs, from),
    refused: (rejectedLogRecords, errorMessage) => ({ partialSuccess: { rejectedLogRecords, errorMessage } }),
  }),
  "/v1/metrics": signal({
    name: "data points",
    method: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    request: ExportMetricsServiceRequestSchema,
    response: ExportMetricsServiceResponseSchema,
    take: (ingest, { resourceMetrics }, from) => ingest.takeMetrics(resourceMetrics, from),
    refused: (rejectedDataPoints, errorMessage) => ({ partialSuccess: { rejectedDataPoints, errorMessage } }),
  }),
} as const satisfies Record<string, OtlpSignal>;
