import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  integer,
  list,
  map,
  message,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const TO_CONTROL_PLANE = "spans go to the control plane: take it out";
const REQUESTS = "requests are reported to the control plane: take it out";
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
  includeHeadersInCheck: refused("deprecated in Istio; use includeRequestHeadersInCheck"),
  includeAdditionalHeadersInCheck: described(map(string("header-value"), "header-name"), {
    doc: "What it is told besides, in the place of what the request has",
  }),
  headersToUpstreamOnAllow: patterns("Of its answer, for the application"),
  headersToDownstreamOnDeny: patterns("Of its answer, for the caller that it refuses; without it all of them"),
  headersToDownstreamOnAllow: patterns("Of its answer, for the caller that it lets in"),
});

export const EXTENSION_PROVIDER = message(
  {
    name: required(string("label")),
    envoyExtAuthzHttp: described(HTTP, { doc: "Asked over HTTP: 200 lets a request in, anything else refuses it" }),
    envoyExtAuthzGrpc: described(message(ASKED), {
      doc: "Asked over gRPC (envoy.service.auth.v3.Authorization), also about TCP connections",
    }),
    zipkin: refused(TO_CONTROL_PLANE),
    lightstep: refused(TO_CONTROL_PLANE),
    datadog: refused(TO_CONTROL_PLANE),
    stackdriver: refused(TO_CONTROL_PLANE),
    opencensus: refused(TO_CONTROL_PLANE),
    skywalking: refused(TO_CONTROL_PLANE),
    opentelemetry: refused(TO_CONTROL_PLANE),
    prometheus: refused("agents and the control plane have /metrics without it: take it out"),
    envoyFileAccessLog: refused(REQUESTS),
    envoyHttpAls: refused(REQUESTS),
    envoyTcpAls: refused(REQUESTS),
    envoyOtelAls: refused(REQUESTS),
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
export type HttpAuthorizer = Infer<typeof HTTP>;

/** `abc`, `abc*` or `*abc`, whatever the case. */
function patterns(doc: string) {
  return described(list(string("header-name")), { doc, note: "`x-*` and `*-id` are beginnings and ends of names" });
}
