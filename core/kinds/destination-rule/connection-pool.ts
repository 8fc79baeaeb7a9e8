import type { Infer, Unit } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  ignored,
  integer,
  message,
  oneOf,
  required,
  string,
} from "#core/schema/make-field.ts";

export const TCP_KEEPALIVE = message({
  probes: becomes("TcpKeepalive.keepalive_probes", integer(0, 127)),
  time: becomes("TcpKeepalive.keepalive_time", string("keepalive-duration")),
  interval: becomes("TcpKeepalive.keepalive_interval", string("keepalive-duration")),
});
export type TcpKeepalive = Infer<typeof TCP_KEEPALIVE>;

const TCP = {
  maxConnections: described(integer(), {
    envoy: "CircuitBreakers.Thresholds.max_connections",
    unit: "connections",
    note: "0 is as if it were not there: no limit. All of connectionPool but h2UpgradePolicy holds at each caller, and again at each called sidecar for what it sends to its application",
  }),
  connectTimeout: described(string("duration"), { envoy: "Cluster.connect_timeout", default: "10s" }),
  maxConnectionDuration: becomes(
    "HttpProtocolOptions.max_connection_duration, TcpProxy.max_downstream_connection_duration",
    string("duration"),
  ),
  idleTimeout: described(string("duration-or-zero"), {
    envoy: "TcpProxy.idle_timeout, HttpProtocolOptions.idle_timeout",
    default: "1h",
    note: "0s: no limit. Of connections that are not HTTP, at each caller: the first destination's, where a route has several; and, as in Istio, of those to HTTP ports that http.idleTimeout says nothing of",
  }),
  tcpKeepalive: TCP_KEEPALIVE,
};

const HTTP = {
  http1MaxPendingRequests: becomes("CircuitBreakers.Thresholds.max_pending_requests", unlimited("requests")),
  http2MaxRequests: becomes("CircuitBreakers.Thresholds.max_requests", unlimited("requests")),
  maxRequestsPerConnection: becomes("HttpProtocolOptions.max_requests_per_connection", unlimited("requests")),
  maxRetries: becomes("CircuitBreakers.Thresholds.max_retries", unlimited("requests")),
  idleTimeout: described(string("duration"), { envoy: "HttpProtocolOptions.idle_timeout", default: "1h" }),
  h2UpgradePolicy: described(oneOf(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]), {
    envoy: "HttpProtocolOptions.explicit_http_config",
    default: "DEFAULT",
  }),
  useClientProtocol: becomes("HttpProtocolOptions.use_downstream_protocol_config", boolean()),
  maxConcurrentStreams: described(integer(1), {
    envoy: "Http2ProtocolOptions.max_concurrent_streams",
    unit: "streams",
  }),
  http2KeepAlive: becomes(
    "Http2ProtocolOptions.connection_keepalive",
    message({ interval: required(string("duration")), timeout: required(string("duration")) }),
  ),
};

export const CONNECTION_POOL = message({ tcp: message(TCP), http: message(HTTP) });
/** Of connections from a sidecar to its application. */
export const INBOUND_CONNECTION_POOL = message({
  tcp: message({ ...TCP, idleTimeout: ignored("idle TCP connections are kept, as in Istio", "no-effect") }),
  http: message({
    ...HTTP,
    h2UpgradePolicy: ignored("what is spoken with the application is the protocol of its port", "no-effect"),
  }),
});
export type ConnectionPool = Infer<typeof CONNECTION_POOL>;

function unlimited(unit: Unit) {
  return described(integer(), { unit, note: "0 is as if it were not there: no limit" });
}
