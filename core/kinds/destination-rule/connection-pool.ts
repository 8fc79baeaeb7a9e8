import type { Infer, Unit } from "#core/schema/field.ts";
import {
  boolean,
  described,
  ignored,
  integer,
  message,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

export const TCP_KEEPALIVE = message({
  probes: integer(0, 127),
  time: string("keepalive-duration"),
  interval: string("keepalive-duration"),
});
export type TcpKeepalive = Infer<typeof TCP_KEEPALIVE>;

const TCP = {
  maxConnections: described(integer(), {
    unit: "connections",
    note: "0 is as if it were not there: no limit. All of connectionPool but h2UpgradePolicy holds at each caller, and again at each called sidecar for what it sends to its application",
  }),
  connectTimeout: described(string("duration"), { default: "10s" }),
  maxConnectionDuration: string("duration"),
  idleTimeout: described(string("duration"), {
    default: "1h",
    note: "Of connections that are not HTTP, at each caller: the first destination's, where a route has several",
  }),
  tcpKeepalive: TCP_KEEPALIVE,
};

const HTTP = {
  http1MaxPendingRequests: unlimited("requests"),
  http2MaxRequests: unlimited("requests"),
  maxRequestsPerConnection: unlimited("requests"),
  maxRetries: unlimited("requests"),
  idleTimeout: described(string("duration"), { default: "1h" }),
  h2UpgradePolicy: described(oneOf(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]), { default: "DEFAULT" }),
  useClientProtocol: boolean(),
  maxConcurrentStreams: described(integer(1), { unit: "streams" }),
  http2KeepAlive: message({ interval: required(string("duration")), timeout: required(string("duration")) }),
};

export const CONNECTION_POOL = message({ tcp: message(TCP), http: message(HTTP) });
/** Of connections from a sidecar to its application. */
export const INBOUND_CONNECTION_POOL = message({
  tcp: message({ ...TCP, idleTimeout: refused("idle TCP connections are kept, as in Istio") }),
  http: message({
    ...HTTP,
    h2UpgradePolicy: ignored("what is spoken with the application is the protocol of its port"),
  }),
});
export type ConnectionPool = Infer<typeof CONNECTION_POOL>;

function unlimited(unit: Unit) {
  return described(integer(), { unit, note: "0 is as if it were not there: no limit" });
}
