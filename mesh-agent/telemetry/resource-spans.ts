import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { WorkloadLabel } from "#core/model/workload-label.ts";
import { ResourceSpansSchema, type SpanSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { textAttribute } from "#proto/zipkin-span.ts";

/** Spans of the Envoy beside a workload → a serialized `opentelemetry.proto.trace.v1.ResourceSpans`. */
export function encodeResourceSpans(
  spans: readonly MessageInitShape<typeof SpanSchema>[],
  workload: WorkloadLabel,
): Uint8Array {
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
      scopeSpans: [{ scope: { name: "envoy" }, spans: [...spans] }],
    }),
  );
}
