import type { ResourceMetrics } from "#proto/gen/opentelemetry/proto/metrics/v1/metrics_pb.js";
import { readMetrics } from "#server/telemetry/ingest/read-metrics.ts";
import type { SampleIngest } from "#server/telemetry/ingest/sample-ingest.ts";
import type { Taken, TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";

/** Where what applications hand over goes. */
export interface OtlpIngest extends Pick<TelemetryIngest, "takeSpans" | "takeLogs"> {
  takeMetrics(resourceMetrics: readonly ResourceMetrics[], from: string): Promise<Taken>;
}

export function otlpIngest(
  ingest: Pick<TelemetryIngest, "takeSpans" | "takeLogs" | "redaction">,
  samples: Pick<SampleIngest, "take">,
): OtlpIngest {
  return {
    takeSpans: (spans, from) => ingest.takeSpans(spans, from),
    takeLogs: (logs, from) => ingest.takeLogs(logs, from),
    async takeMetrics(resourceMetrics, from) {
      const read = readMetrics(resourceMetrics, ingest.redaction());
      const taken = await samples.take(from, read.series);
      return { rejected: read.rejected + taken.rejected, why: read.why ?? taken.why };
    },
  };
}
