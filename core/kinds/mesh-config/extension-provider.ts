import { DATADOG, OPEN_TELEMETRY, SKYWALKING, ZIPKIN } from "#core/kinds/mesh-config/tracing-provider.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  list,
  map,
  message,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const GONE = "Istio has it no more: write opentelemetry, which sends spans over OTLP";
/** Of a request that is held while somebody is asked about it. */
const BODY_MAX = 1_048_576;

const BODY = message({
  maxRequestBytes: described(required(integer(1, BODY_MAX)), {
    unit: "bytes",
    doc: "Larger requests are refused with 413, unless a part of them may be sent",
  }),
  allowPartialMessage: described(boolean(), { doc: "Of larger requests what fits is sent" }),
  packAsBytes: described(boolean(), { doc: "gRPC: as bytes instead of text in UTF-8" }),
});

const ASKED = {
  service: described(required(string("gateway-host")), {
    doc: "Who is asked, as HOST or NAMESPACE/HOST: a host of the mesh by its whole name",
  }),
  port: required(port()),
  timeout: described(string("duration"), { envoy: "HttpUri.timeout or GrpcService.timeout", default: "600s" }),
  failOpen: described(boolean(), {
    envoy: "ExtAuthz.failure_mode_allow",
    doc: "Requests pass while it cannot be asked",
    default: false,
  }),
  clearRouteCache: described(boolean(), {
    envoy: "ExtAuthz.clear_route_cache",
    doc: "At gateways: routes are chosen by what it changed",
    default: false,
  }),
  statusOnError: described(string(), {
    envoy: "ExtAuthz.status_on_error",
    doc: "While it cannot be asked, for HTTP",
    default: "403",
  }),
  includeRequestBodyInCheck: becomes("ExtAuthz.with_request_body", BODY),
};

const HTTP = message({
  ...ASKED,
  pathPrefix: described(string("header-value"), {
    envoy: "HttpService.path_prefix",
    doc: "Stands before the path of the request that it is asked about",
  }),
  includeRequestHeadersInCheck: patterns(
    "Of the request, besides Host, Method, Path, Content-Length and Authorization",
  ),
  includeHeadersInCheck: patterns("An older name of includeRequestHeadersInCheck, which goes before it"),
  includeAdditionalHeadersInCheck: described(
    map(described(string("secret-header-value"), { isSecret: true }), "header-name"),
    { doc: "What it is told besides, in the place of what the request has; read by those alone who may edit" },
  ),
  headersToUpstreamOnAllow: patterns("Of its answer, for the application"),
  headersToDownstreamOnDeny: patterns("Of its answer, for the caller that it refuses; without it all of them"),
  headersToDownstreamOnAllow: patterns("Of its answer, for the caller that it lets in"),
});

const TEXT = described(string("log-format"), {
  doc: "Envoy's command operators between other text; a line break is added",
});
const LABELS = described(map(string("log-format"), undefined, 256), {
  doc: "Name and format of each field; without any, Istio's",
});

const FILE_LOG = message({
  path: described(string("log-path"), {
    envoy: "FileAccessLog.path",
    default: "/dev/stdout",
    doc: "A file on the proxy's host, or /dev/stdout for what Envoy prints",
  }),
  logFormat: described(
    message({ text: explicit(TEXT), labels: explicit(LABELS) }, { exactlyOneOf: ["text", "labels"] }),
    {
      envoy: "FileAccessLog.log_format",
      doc: "Text, or a JSON object a line; without it Istio's text",
    },
  ),
  omitEmptyValues: described(boolean(), { envoy: "SubstitutionFormatString.omit_empty_values" }),
});

const STATES = described(list(string("header-text")), {
  envoy: "CommonGrpcAccessLogConfig.filter_state_objects_to_log",
  doc: "States of filters that are told besides, such as those of EnvoyFilters' own filters",
});

const GRPC_LOG = {
  service: described(required(string("gateway-host")), {
    envoy: "CommonGrpcAccessLogConfig.grpc_service",
    doc: "Who gets the entries (envoy.service.accesslog.v3.AccessLogService), as HOST or NAMESPACE/HOST: a host of the mesh by its whole name",
  }),
  port: described(required(port()), { envoy: "CommonGrpcAccessLogConfig.grpc_service" }),
  filterStateObjectsToLog: STATES,
};

const HTTP_GRPC_LOG = message({
  ...GRPC_LOG,
  logName: logName("http_envoy_accesslog"),
  additionalRequestHeadersToLog: headerNames("HttpGrpcAccessLogConfig.additional_request_headers_to_log"),
  additionalResponseHeadersToLog: headerNames("HttpGrpcAccessLogConfig.additional_response_headers_to_log"),
  additionalResponseTrailersToLog: headerNames("HttpGrpcAccessLogConfig.additional_response_trailers_to_log"),
});

const TCP_GRPC_LOG = message({ ...GRPC_LOG, logName: logName("tcp_envoy_accesslog") });

const OTLP_LOG = message({
  service: described(required(string("gateway-host")), {
    envoy: "OpenTelemetryAccessLogConfig.common_config",
    doc: "Who gets the lines, as HOST or NAMESPACE/HOST: a host of the mesh by its whole name",
  }),
  port: described(required(port()), { envoy: "OpenTelemetryAccessLogConfig.common_config" }),
  logName: logName("otel_envoy_accesslog"),
  logFormat: described(message({ text: TEXT, labels: LABELS }), {
    envoy: "OpenTelemetryAccessLogConfig.body, OpenTelemetryAccessLogConfig.attributes",
    doc: "The body of a record, without it Istio's text; and its attributes",
  }),
  filterStateObjectsToLog: STATES,
});

export const EXTENSION_PROVIDER = message(
  {
    name: required(string("label")),
    envoyExtAuthzHttp: described(HTTP, { doc: "Asked over HTTP: 200 lets a request in, anything else refuses it" }),
    envoyExtAuthzGrpc: described(message(ASKED), {
      doc: "Asked over gRPC (envoy.service.auth.v3.Authorization), also about TCP connections",
    }),
    zipkin: described(ZIPKIN, { doc: "Gets spans as Zipkin's JSON" }),
    lightstep: refused(GONE, "not-in-envoy"),
    datadog: described(DATADOG, { doc: "A Datadog agent gets spans" }),
    stackdriver: refused(GONE, "cloud"),
    opencensus: refused(GONE, "not-in-envoy"),
    skywalking: described(SKYWALKING, { doc: "Gets segments of traces, whose context is SkyWalking's own (sw8)" }),
    opentelemetry: described(OPEN_TELEMETRY, { doc: "Gets spans over OTLP; the context of their traces is W3C's" }),
    prometheus: described(message({}), {
      envoy: "none: it is for /metrics of the server",
      doc: "Which metrics it gets say Telemetries",
    }),
    envoyFileAccessLog: described(FILE_LOG, { doc: "A line of each request in a file on the proxy's host" }),
    envoyHttpAls: described(HTTP_GRPC_LOG, { doc: "Entries of requests over Envoy's own gRPC service" }),
    envoyTcpAls: described(TCP_GRPC_LOG, { doc: "The same as entries of connections" }),
    envoyOtelAls: described(OTLP_LOG, { doc: "A record of each request over OTLP" }),
    sds: refused("certificates are files on the gateway's host: take it out"),
  },
  {
    exactlyOneOf: [
      "envoyExtAuthzHttp",
      "envoyExtAuthzGrpc",
      "zipkin",
      "lightstep",
      "datadog",
      "stackdriver",
      "opencensus",
      "skywalking",
      "opentelemetry",
      "prometheus",
      "envoyFileAccessLog",
      "envoyHttpAls",
      "envoyTcpAls",
      "envoyOtelAls",
      "sds",
    ],
  },
);
export type ExtensionProvider = Infer<typeof EXTENSION_PROVIDER>;
export type LogFormat = NonNullable<ExtensionProvider["envoyFileAccessLog"]>["logFormat"];
export type HttpAuthorizer = Infer<typeof HTTP>;

/** `abc`, `abc*` or `*abc`, whatever the case. */
function patterns(doc: string) {
  return described(list(string("header-name")), { doc, note: "`x-*` and `*-id` are beginnings and ends of names" });
}

function logName(byDefault: string) {
  return described(string("header-text"), { envoy: "CommonGrpcAccessLogConfig.log_name", default: byDefault });
}

function headerNames(envoy: string) {
  return described(list(string("plain-header-name"), 0, 64), { envoy, doc: "Told in each entry besides" });
}
