import { CUSTOM_TAG } from "#core/kinds/telemetry/schema.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, described, explicit, integer, map, message, number, refused } from "#core/schema/make-field.ts";

const PERCENT_MAX = 100;
const PATH_BYTES_MAX = 8192;
const TO_US = "spans go to the control plane: leave it out";

/** Of traces, where no Telemetry says otherwise. */
export const TRACING = message({
  sampling: described(explicit(number(0, PERCENT_MAX)), {
    envoy: "HttpConnectionManager.Tracing.random_sampling",
    doc: "Share of requests that are traced where callers have not decided",
    unit: "percent",
    note: "Without it what the server is started with (--trace-sampling); 0 leaves proxies without a tracer",
  }),
  customTags: becomes("HttpConnectionManager.Tracing.custom_tags", map(CUSTOM_TAG, "header-text", 256)),
  maxPathTagLength: described(integer(1, PATH_BYTES_MAX), {
    envoy: "HttpConnectionManager.Tracing.max_path_tag_length",
    doc: "How much of a path spans bear",
    default: 256,
    unit: "bytes",
  }),
  zipkin: refused(TO_US),
  lightstep: refused(TO_US, "not-in-envoy"),
  datadog: refused(TO_US, "cloud"),
  stackdriver: refused(TO_US, "cloud"),
  openCensusAgent: refused(TO_US, "not-in-envoy"),
  tlsSettings: refused(TO_US, "no-effect"),
  enableIstioTags: refused("spans bear the workload of the proxy that tells of them: leave it out"),
});
export type MeshTracing = Infer<typeof TRACING>;
