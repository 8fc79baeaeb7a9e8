import type { WorkloadLabel } from "#core/model/workload-label.ts";
import { encodeResourceSpans } from "#mesh-agent/telemetry/resource-spans.ts";
import { parseZipkin, spanOfZipkin } from "#proto/zipkin-span.ts";

/**
 * Spans as Envoy's Zipkin tracer posts them → a serialized `opentelemetry.proto.trace.v1.ResourceSpans` of the workload
 * beside which the Envoy runs; undefined where there are none. Throws SyntaxError or ZodError when `json` is not Zipkin's.
 */
export function readZipkin(json: string, workload: WorkloadLabel): Uint8Array | undefined {
  const spans = parseZipkin(json);
  return spans.length === 0 ? undefined : encodeResourceSpans(spans.map(spanOfZipkin), workload);
}
