import { POLICY_TARGETS } from "#core/kinds/policy-target.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  list,
  map,
  message,
  number,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

export const CUSTOM_TAG = message(
  {
    literal: becomes("CustomTag.literal", message({ value: required(string("header-text")) })),
    environment: described(message({ name: required(string("header-text")), defaultValue: string("header-value") }), {
      envoy: "CustomTag.environment",
      doc: "A variable of the environment of the proxy",
    }),
    header: described(message({ name: required(string("header-name")), defaultValue: string("header-value") }), {
      envoy: "CustomTag.request_header",
      doc: "Of the request",
    }),
    formatter: described(message({ value: required(string("log-format")) }), {
      envoy: "CustomTag.value",
      doc: "Envoy's command operators between other text, such as %REQ(:METHOD)% %RESPONSE_CODE%",
    }),
  },
  { exactlyOneOf: ["literal", "environment", "header", "formatter"] },
);
export type CustomTag = Infer<typeof CUSTOM_TAG>;

const PROVIDERS = list(message({ name: required(string("header-text")) }));

const TRACING = message({
  match: message({
    mode: described(oneOf(["CLIENT_AND_SERVER", "CLIENT", "SERVER"]), {
      envoy: "none: in which connection managers of the proxy it holds",
      default: "CLIENT_AND_SERVER",
      doc: "As callers, which gateways are too, as the called, or as both",
    }),
  }),
  providers: described(PROVIDERS, {
    envoy: "HttpConnectionManager.Tracing.provider",
    doc: "Who gets the spans instead of the control plane: the first counts, an extensionProvider of the MeshConfig of a type for traces; without it what stands above, at last the MeshConfig's defaultProviders",
  }),
  randomSamplingPercentage: described(explicit(number(0, 100)), {
    envoy: "HttpConnectionManager.Tracing.random_sampling",
    unit: "percent",
    doc: "Of requests that bring no decision; without it what stands above, at last --trace-sampling of the server",
  }),
  disableSpanReporting: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.tracing: none is given",
    doc: "No spans, and the context goes through as it came",
  }),
  customTags: described(map(CUSTOM_TAG, "header-text", 256), {
    envoy: "HttpConnectionManager.Tracing.custom_tags",
    doc: "Of each span; replaces those of what stands above",
  }),
  enableIstioTags: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.Tracing.custom_tags",
    default: true,
    doc: "Whether spans for a provider bear istio.canonical_service, istio.canonical_revision, istio.namespace, istio.mesh_id and istio.cluster_id of their proxy; those for the control plane bear its workload",
  }),
  disableContextPropagation: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.Tracing.no_context_propagation",
    doc: "Spans are reported, and no context goes on in requests: those who are called begin traces of their own",
  }),
  useRequestIdForTraceSampling: described(explicit(boolean()), {
    envoy: "UuidRequestIdConfig.use_request_id_for_trace_sampling",
    default: true,
    doc: "Whether x-request-id says if a request is traced; without it each proxy decides by itself where no context says it",
  }),
});
export type Tracing = Infer<typeof TRACING>;

const METRIC_NAMES = [
  "ALL_METRICS",
  "REQUEST_COUNT",
  "REQUEST_DURATION",
  "REQUEST_SIZE",
  "RESPONSE_SIZE",
  "TCP_OPENED_CONNECTIONS",
  "TCP_CLOSED_CONNECTIONS",
  "TCP_SENT_BYTES",
  "TCP_RECEIVED_BYTES",
  "GRPC_REQUEST_MESSAGES",
  "GRPC_RESPONSE_MESSAGES",
] as const;
const AT_SERVER = "none: what /metrics of the server shows";

const MODE = oneOf(["CLIENT_AND_SERVER", "CLIENT", "SERVER"]);

const METRICS = message({
  providers: described(PROVIDERS, {
    envoy: AT_SERVER,
    doc: "Whom it is for: prometheus, or one of the MeshConfig's of that type; without it those above, at last prometheus",
  }),
  overrides: described(
    list(
      message({
        match: message(
          {
            metric: described(oneOf(METRIC_NAMES), { envoy: AT_SERVER, default: "ALL_METRICS" }),
            customMetric: refused(
              "proxies count Istio's standard metrics and no others: name one of them in metric",
              "istios-envoy",
            ),
            mode: described(MODE, {
              envoy: AT_SERVER,
              default: "CLIENT_AND_SERVER",
              doc: "What it tells as the caller, which a gateway is too, as the called, or as both",
            }),
          },
          { atMostOneOf: ["metric", "customMetric"] },
        ),
        disabled: described(explicit(boolean()), {
          envoy: AT_SERVER,
          doc: "Whether it is left out at /metrics; the graph and the pages of services count it all the same",
        }),
        tagOverrides: described(
          map(
            message({
              operation: described(oneOf(["UPSERT", "REMOVE"]), { envoy: AT_SERVER, default: "UPSERT" }),
              value: described(string("metric-tag-value"), {
                envoy:
                  "FileAccessLog.log_format of the agent's log, where it asks for what the proxy alone knows of a request",
                doc: "A CEL expression over what requests are counted by, or over Envoy's attributes of the request (request.host), which are counted from then on, by 100 values of a day for each proxy; the rest are other, and what it does not come to is unknown",
              }),
            }),
            "metric-tag",
            64,
          ),
          { envoy: AT_SERVER, doc: "Labels that it has besides or otherwise, and those that it has not" },
        ),
      }),
    ),
    { envoy: AT_SERVER },
  ),
  reportingInterval: refused("connections that last are counted every ten seconds, and so are requests: leave it out"),
});
export type Metrics = Infer<typeof METRICS>;

const ACCESS_LOGGING = message({
  match: message({
    mode: described(MODE, {
      envoy: "none: in which listeners of the proxy it is",
      default: "CLIENT_AND_SERVER",
      doc: "As callers, which gateways are too, as the called, or as both",
    }),
  }),
  providers: described(PROVIDERS, {
    envoy: "HttpConnectionManager.access_log, TcpProxy.access_log, Listener.access_log",
    doc: "extensionProviders of the MeshConfig, or envoy, which writes to what Envoy prints; without it those above, at last the MeshConfig's defaultProviders",
  }),
  disabled: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.access_log: none of these providers",
    doc: "Those providers get no lines; what Pharos reads is written all the same",
  }),
  filter: message({
    expression: described(required(string("log-filter")), {
      envoy: "AccessLog.filter",
      doc: "A CEL expression over Envoy's attributes; requests of which it is true are logged",
    }),
  }),
});
export type AccessLogging = Infer<typeof ACCESS_LOGGING>;

export const TELEMETRY = message({
  selector: described(MATCH_LABELS, {
    doc: "Workloads it is for; without it all of the namespace, and from the root namespace of the mesh",
  }),
  ...POLICY_TARGETS,
  tracing: described(list(TRACING), { doc: "Which requests are traced, and what their spans bear" }),
  metrics: described(list(METRICS), {
    envoy: AT_SERVER,
    doc: "Which of Istio's metrics are exported, and with which labels",
  }),
  accessLogging: described(list(ACCESS_LOGGING), { doc: "Who gets a line of each request, beside Pharos" }),
});
export type TelemetrySpec = Infer<typeof TELEMETRY>;
