import {
  becomes,
  boolean,
  described,
  integer,
  list,
  message,
  oneOf,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const PATH_BYTES_MAX = 8192;
const DYNATRACE = "send spans to Dynatrace over http, sampled by randomSamplingPercentage: leave it out";

const SERVICE = {
  service: described(required(string("gateway-host")), {
    envoy: "Cluster.name",
    doc: "Who gets the spans, as HOST or NAMESPACE/HOST: a host of the mesh by its whole name",
  }),
  port: described(required(port()), { envoy: "Cluster.name" }),
};
const TAG_LENGTH = described(integer(1, PATH_BYTES_MAX), {
  envoy: "HttpConnectionManager.Tracing.max_path_tag_length",
  doc: "How much of a path spans bear; without it the mesh's maxPathTagLength",
  unit: "bytes",
});

/** Headers that spans are sent with. */
function headers(envoy: string) {
  return described(
    list(
      message(
        {
          name: required(string("header-name")),
          value: described(string("secret-header-value"), { isSecret: true }),
          envName: refused("proxies are not told the environment of the server: write value", "process"),
        },
        { atMostOneOf: ["value", "envName"] },
      ),
      0,
      64,
    ),
    { envoy, doc: "That spans are sent with; their values are read by those alone who may edit" },
  );
}

export const ZIPKIN = message({
  ...SERVICE,
  maxTagLength: TAG_LENGTH,
  enable64bitTraceId: described(boolean(), {
    envoy: "ZipkinConfig.trace_id_128bit",
    doc: "Ids of traces have 64 bits",
  }),
  path: described(string("header-value"), {
    envoy: "ZipkinConfig.collector_service",
    default: "/api/v2/spans",
  }),
  traceContextOption: described(oneOf(["USE_B3", "USE_B3_WITH_W3C_PROPAGATION"]), {
    envoy: "ZipkinConfig.trace_context_option",
    default: "USE_B3",
    doc: "Which context of traces is read of callers and handed on",
    valueDocs: {
      USE_B3: "that of B3 alone",
      USE_B3_WITH_W3C_PROPAGATION: "both; where a caller sends both, B3 counts",
    },
  }),
  timeout: described(string("duration"), { envoy: "ZipkinConfig.collector_service", default: "5s" }),
  headers: headers("ZipkinConfig.collector_service"),
});

export const SKYWALKING = message({
  ...SERVICE,
  accessToken: described(string("secret-header-value"), {
    envoy: "ClientConfig.backend_token",
    doc: "Read by those alone who may edit",
    isSecret: true,
  }),
});

export const DATADOG = message({ ...SERVICE, maxTagLength: TAG_LENGTH });

export const OPEN_TELEMETRY = message(
  {
    ...SERVICE,
    maxTagLength: TAG_LENGTH,
    http: described(
      message({
        path: required(string("header-value")),
        timeout: described(string("duration"), { envoy: "HttpUri.timeout", default: "3s" }),
        headers: headers("HttpService.request_headers_to_add"),
      }),
      { envoy: "OpenTelemetryConfig.http_service", doc: "Spans are sent over HTTP; without it over gRPC" },
    ),
    grpc: described(
      message({
        timeout: described(string("duration"), { envoy: "GrpcService.timeout" }),
        initialMetadata: headers("GrpcService.initial_metadata"),
      }),
      { envoy: "OpenTelemetryConfig.grpc_service", doc: "Of what is sent over gRPC" },
    ),
    resourceDetectors: message({
      environment: described(message({}), {
        envoy: "OpenTelemetryConfig.resource_detectors",
        doc: "What OTEL_RESOURCE_ATTRIBUTES of the proxy's environment says is in the resource; `{}` switches it on",
      }),
      dynatrace: refused(DYNATRACE, "cloud"),
    }),
    serviceAttributeEnrichment: becomes(
      "OpenTelemetryConfig.service_name, OpenTelemetryConfig.resource_detectors",
      oneOf(["ISTIO_CANONICAL", "OTEL_SEMANTIC_CONVENTIONS"]),
    ),
    dynatraceSampler: refused(DYNATRACE, "cloud"),
  },
  { atMostOneOf: ["http", "grpc"] },
);
