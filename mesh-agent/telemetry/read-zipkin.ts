import { create, toBinary } from "@bufbuild/protobuf";
import type { WorkloadLabel } from "#core/model/workload-label.ts";
import { ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { parseZipkin, spanOfZipkin, textAttribute } from "#proto/zipkin-span.ts";

/**
 * Spans as Envoy's Zipkin tracer posts them → a serialized `opentelemetry.proto.trace.v1.ResourceSpans` of the workload
 * beside which the Envoy runs; undefined where there are none. Throws SyntaxError or ZodError when `json` is not Zipkin's.
 */
export function readZipkin(json: string, workload: WorkloadLabel): Uint8Array | undefined {
  const spans = parseZipkin(json);
  if (spans.length === 0) return undefined;
  return toBinary(
    ResourceSpansSchema,
    create(ResourceSpansSchema, {
      resource: {
        attributes: [
          textAttribute("service.name", `${workload.app}.${workload.namespace}`),
          textAttribute("service.version", workload.version),
          textAttribute("istio.canonical_service", workload.app),
          textAttribute("istio.canonical_revision", workload.version),
          textAttribute("istio.namespace", workload.namespace),
        ],
      },
      scopeSpans: [{ scope: { name: "envoy" }, spans: spans.map(spanOfZipkin) }],
    }),
  );
}
