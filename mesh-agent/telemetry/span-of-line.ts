import type { MessageInitShape } from "@bufbuild/protobuf";
import { parseClusterName } from "#core/telemetry/cluster-name.ts";
import type { SpanLine } from "#core/telemetry/span-line.ts";
import { Span_SpanKind, type SpanSchema, Status_StatusCode } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { textAttribute } from "#proto/zipkin-span.ts";

/** What Envoy takes for an error of the called, of gRPC's statuses: the others are the caller's own. */
const FAILED_GRPC: ReadonlySet<string> = new Set(["2", "4", "8", "12", "13", "14", "15"]);

/** A traced request as the span that Envoy's own tracer would have made of it, in Envoy's names. `nodeId`: the Envoy's. */
export function spanOfLine(line: SpanLine, nodeId = ""): MessageInitShape<typeof SpanSchema> {
  const { texts, startUs, durationUs } = line;
  const start = BigInt(startUs) * 1000n;
  const isGrpc = texts.ct.startsWith("application/grpc");
  const attributes: Readonly<Record<string, string>> = {
    component: "proxy",
    node_id: nodeId,
    "guid:x-request-id": texts.ri,
    "guid:x-client-trace-id": texts.ci,
    "http.url": `${texts.s}://${texts.a}${texts.p}`,
    "http.method": texts.m,
    "http.protocol": texts.pr,
    "http.status_code": texts.c || "0",
    downstream_cluster: texts.dc || "-",
    user_agent: texts.ua || "-",
    "peer.address": texts.pa,
    request_size: texts.bi || "0",
    response_size: texts.bo || "0",
    response_flags: texts.f || "-",
    upstream_cluster: texts.uc,
    "upstream_cluster.name": texts.uc,
    upstream_address: texts.uh,
    "grpc.status_code": texts.g,
    "grpc.message": texts.gm,
    ...(isGrpc
      ? {
          "grpc.path": texts.p,
          "grpc.authority": texts.a,
          "grpc.content_type": texts.ct,
          "grpc.timeout": texts.gt,
        }
      : {}),
    ...line.tags,
  };
  const isFailed = texts.c === "" || texts.c === "0" || Number(texts.c) >= 500 || FAILED_GRPC.has(texts.g);
  return {
    traceId: Buffer.from(line.traceId, "hex"),
    spanId: Buffer.from(line.spanId, "hex"),
    ...(line.parentSpanId === undefined ? {} : { parentSpanId: Buffer.from(line.parentSpanId, "hex") }),
    name: nameOf(line),
    kind: line.direction === "inbound" ? Span_SpanKind.SERVER : Span_SpanKind.CLIENT,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(durationUs) * 1000n,
    attributes: Object.entries(attributes).flatMap(([key, value]) => (value === "" ? [] : [textAttribute(key, value)])),
    ...(isFailed ? { status: { code: Status_StatusCode.ERROR, message: "" } } : {}),
  };
}

/** As the route's decorator would have it; where no service was called, whom the caller named. */
function nameOf({ texts }: SpanLine): string {
  const cluster = parseClusterName(texts.uc);
  if (cluster === undefined) return texts.a;
  return cluster.direction === "inbound" ? `inbound|http|${cluster.port}/*` : `${cluster.host}:${cluster.port}/*`;
}
