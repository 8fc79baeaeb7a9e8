import { FORWARD_CLIENT_CERT, PROXY_HEADERS } from "#core/kinds/mesh-config/proxy-headers.ts";
import { START_FIELDS } from "#core/kinds/mesh-config/start-fields.ts";
import { receiver, TRACING } from "#core/kinds/mesh-config/tracing.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  message,
  oneOf,
  refused,
  string,
} from "#core/schema/make-field.ts";

/** What HTTP/2 begins with; less than that a peer may not be told. */
const WINDOW_MIN = 65_535;
const BUFFER_MIN = 1024;
/** Of a window, a buffer and streams. */
const MAX = 2_147_483_647;

const BY_AGENT = "it is of one host: set it where its agent is started (pharos agent --config)";
const NOT_READ = "agents start Envoy with a bootstrap of their own";

const CONNECTION_SETTINGS = message({
  profile: becomes(
    "none: Istio's name for the defaults of all of these",
    oneOf(["EDGE"], { SIDECAR: "limits at sidecars are those of DestinationRules: write them there" }),
  ),
  listenerPerConnectionBufferLimitBytes: bytes("Listener.per_connection_buffer_limit_bytes", BUFFER_MIN, 32_768),
  clusterPerConnectionBufferLimitBytes: bytes("Cluster.per_connection_buffer_limit_bytes", BUFFER_MIN, 32_768),
  httpIdleTimeout: time("HttpProtocolOptions.idle_timeout", "3600s"),
  httpMaxConnectionDuration: time("HttpProtocolOptions.max_connection_duration", "0s"),
  httpMaxStreamDuration: time("HttpProtocolOptions.max_stream_duration", "0s"),
  httpRequestTimeout: time("HttpConnectionManager.request_timeout", "300s"),
  httpRequestHeadersTimeout: time("HttpConnectionManager.request_headers_timeout", "15s"),
  httpStreamIdleTimeout: time("HttpConnectionManager.stream_idle_timeout", "300s"),
  httpMaxConcurrentStreams: described(explicit(integer(1, MAX)), {
    envoy: "Http2ProtocolOptions.max_concurrent_streams",
    unit: "streams",
    default: 100,
  }),
  http2InitialStreamWindowSize: bytes("Http2ProtocolOptions.initial_stream_window_size", WINDOW_MIN, 65_536),
  http2InitialConnectionWindowSize: bytes("Http2ProtocolOptions.initial_connection_window_size", WINDOW_MIN, 1_048_576),
  httpHeadersWithUnderscoresAction: described(oneOf(["ALLOW", "REJECT_REQUEST", "DROP_HEADER"]), {
    envoy: "HttpProtocolOptions.headers_with_underscores_action",
    default: "REJECT_REQUEST",
  }),
  httpDrainTimeout: described(explicit(string("duration-or-zero")), {
    envoy: "HttpConnectionManager.drain_timeout",
    default: "5s",
  }),
  httpMergeSlashes: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.merge_slashes",
    doc: "At gateways, beside what pathNormalization has done everywhere",
  }),
  httpPathWithEscapedSlashesAction: described(
    oneOf(["KEEP_UNCHANGED", "REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD"]),
    {
      envoy: "HttpConnectionManager.path_with_escaped_slashes_action",
      doc: "At gateways, instead of what pathNormalization says of %2F and %5C",
    },
  ),
  listenerConnectionLimit: refused(`write maxConnections; ${BY_AGENT}`, "process"),
  globalDownstreamConnectionLimit: refused(`write maxConnections; ${BY_AGENT}`, "process"),
});

/** Istio's mesh-wide ProxyConfig. */
export const PROXY_CONFIG = message({
  gatewayTopology: message({
    numTrustedProxies: described(explicit(integer(0, 100)), {
      envoy: "HttpConnectionManager.xff_num_trusted_hops",
      default: 0,
      doc: "Proxies in front of the gateways that append to X-Forwarded-For",
    }),
    forwardClientCertDetails: FORWARD_CLIENT_CERT,
    proxyProtocol: described(message({}), {
      envoy: "none: the listener filter of the PROXY protocol, at gateways",
      doc: "Connections to gateways begin with a header of the PROXY protocol, and none is taken without",
      note: "`{}` switches it on",
    }),
  }),
  proxyHeaders: PROXY_HEADERS,
  tracing: TRACING,
  ...START_FIELDS,
  connectionSettings: described(CONNECTION_SETTINGS, { doc: "What strangers at a gateway may hold and how long" }),
  configPath: refused(NOT_READ, "process"),
  binaryPath: refused(BY_AGENT, "process"),
  serviceCluster: refused("a workload is named by its group: leave it out", "process"),
  tracingServiceName: refused("a workload is named by its group: leave it out", "process"),
  terminationDrainDuration: refused(
    "what stops the agent of a host has to wait as long: set drainSeconds where it is started (pharos agent --config)",
    "process",
  ),
  discoveryAddress: refused("agents are told at joining: leave it out", "process"),
  discoveryRefreshDelay: refused("configuration is pushed: leave it out", "process"),
  zipkinAddress: receiver("zipkin"),
  statsdUdpAddress: refused("scrape the agents' /metrics"),
  envoyMetricsServiceAddress: refused("scrape the agents' /metrics"),
  envoyMetricsService: refused("scrape the agents' /metrics"),
  envoyAccessLogService: refused("requests are reported by agents: leave it out"),
  proxyAdminPort: refused("Envoy's admin is a socket in its agent's directory: look there", "process"),
  statusPort: refused(BY_AGENT, "process"),
  availabilityZone: refused(
    "set template.locality in the proxy's WorkloadGroup, or start its agent with --locality",
    "process",
  ),
  controlPlaneAuthPolicy: refused("agents and control plane speak mTLS: leave it out", "process"),
  customConfigFile: refused(NOT_READ, "process"),
  proxyBootstrapTemplatePath: refused(NOT_READ, "process"),
  statNameLength: refused(NOT_READ, "process"),
  interceptionMode: refused(
    "it is of one host: start its agent with --capture, which is REDIRECT; there is no TPROXY, which needs routes and marks on the host",
    "process",
  ),
  sds: refused("agents hand certificates to Envoy: leave it out", "process"),
  extraStatTags: refused("metrics have Istio's labels: leave it out", "istios-envoy"),
  meshId: refused("there is one mesh: leave it out", "process"),
  readinessProbe: refused("write the probe of a WorkloadGroup", "process"),
  holdApplicationUntilProxyStarts: refused("start the application after its agent is ready (/readyz)", "process"),
  caCertificatesPem: refused("the mesh has one authority: leave it out", "process"),
  image: refused("agents start the Envoy that is installed", "process"),
  privateKeyProvider: refused("keys do not leave their agent: leave it out", "not-in-envoy"),
  statsCompression: refused(NOT_READ, "process"),
});

function time(envoy: string, byDefault: string) {
  return described(explicit(string("duration-or-zero")), { envoy, default: byDefault, note: "0s: no limit" });
}

function bytes(envoy: string, min: number, byDefault: number) {
  return described(explicit(integer(min, MAX)), { envoy, unit: "bytes", default: byDefault });
}
