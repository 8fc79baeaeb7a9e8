import { CUSTOM_TAG } from "#core/kinds/telemetry/schema.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  map,
  message,
  number,
  refused,
  string,
} from "#core/schema/make-field.ts";

const PERCENT_MAX = 100;
const PATH_BYTES_MAX = 8192;
const GONE = "send spans over OTLP, by an extensionProvider (opentelemetry): leave it out";

/** Of traces, where no Telemetry says otherwise. */
export const TRACING = message(
  {
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
    zipkin: described(message({ address: receiver("zipkin") }), {
      doc: "An older way to name a provider of that type",
    }),
    lightstep: refused(GONE, "not-in-envoy"),
    datadog: described(message({ address: receiver("datadog") }), {
      doc: "An older way to name a provider of that type",
    }),
    stackdriver: refused(GONE, "cloud"),
    openCensusAgent: refused(GONE, "not-in-envoy"),
    tlsSettings: refused(GONE, "no-effect"),
    enableIstioTags: described(explicit(boolean()), {
      envoy: "HttpConnectionManager.Tracing.custom_tags",
      default: true,
      doc: "Whether spans for a provider say whose they are, where no Telemetry says it",
    }),
  },
  { atMostOneOf: ["zipkin", "lightstep", "datadog", "stackdriver", "openCensusAgent"] },
);
export type MeshTracing = Infer<typeof TRACING>;

/** Of a receiver where no provider is named. */
export function receiver(type: "zipkin" | "datadog") {
  return described(string("host-and-port"), {
    envoy: "HttpConnectionManager.Tracing.provider",
    doc: `Who gets spans where no Telemetry and no default provider says it, as HOST:PORT: an extensionProvider of type ${type} in short`,
  });
}
