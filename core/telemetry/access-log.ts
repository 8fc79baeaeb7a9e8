import type { WrittenTag } from "#core/schema/cel/operation-tag.ts";
import { VALUE_CHARS_MAX } from "#core/telemetry/written-tags.ts";

/**
 * The access log line: what translate writes into listeners and what the agent reads. One JSON object a line
 * (Envoy escapes every value, so no client can break the framing), keyed by one- or two-letter names to keep it short.
 * Values are strings, numbers, or null where Envoy has none.
 */
const FIELDS = {
  /** "outbound", "inbound" or "gateway": written literally by the listener. */
  dir: "",
  /** Start, ms since the epoch. */
  t: "%START_TIME(%s%3f)%",
  /** Milliseconds. */
  d: "%DURATION%",
  m: "%REQUEST_HEADER(:METHOD)%",
  p: "%REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  a: "%REQUEST_HEADER(:AUTHORITY)%",
  pr: "%PROTOCOL%",
  c: "%RESPONSE_CODE%",
  f: "%RESPONSE_FLAGS%",
  cd: "%RESPONSE_CODE_DETAILS%",
  bi: "%BYTES_RECEIVED%",
  bo: "%BYTES_SENT%",
  /** gRPC status number. */
  g: "%GRPC_STATUS_NUMBER%",
  ct: "%REQUEST_HEADER(CONTENT-TYPE)%",
  ri: "%REQUEST_HEADER(X-REQUEST-ID)%",
  ti: "%TRACE_ID%",
  uc: "%UPSTREAM_CLUSTER_RAW%",
  uh: "%UPSTREAM_HOST%",
  rn: "%ROUTE_NAME%",
  /** SPIFFE id of the caller (inbound). */
  dp: "%DOWNSTREAM_PEER_URI_SAN%",
  /** SPIFFE id of the called (outbound). */
  up: "%UPSTREAM_PEER_URI_SAN%",
  tv: "%DOWNSTREAM_TLS_VERSION%",
  /** `workload;namespace;app;version` of the caller, from PEER_HEADER (inbound). */
  pw: "%DYNAMIC_METADATA(pharos:peer)%",
  /** `workload;namespace;app;version` of the called, from endpoint metadata (outbound). */
  uw: "%UPSTREAM_METADATA(istio:workload)%",
  /** Bound listener port, for naming the service port inbound. */
  lp: "%DOWNSTREAM_LOCAL_PORT%",
  /** Why a TCP connection was ended, where a filter ended it: the policy that refused (inbound). */
  td: "%CONNECTION_TERMINATION_DETAILS%",
  /** Not empty for a copy that a route's mirror made (inbound). */
  mi: "%REQUEST_HEADER(X-PHAROS-MIRROR)%",
  /** The RateLimit that refused with its rule, `NAMESPACE/NAME/RULE` (inbound, gateway). */
  rl: "%DYNAMIC_METADATA(envoy.filters.http.ratelimit:rule)%",
  /** What rules of limits said of it, as limit-counts.ts writes it (inbound, gateway). */
  lc: "%DYNAMIC_METADATA(envoy.filters.http.ratelimit:counted)%",
  uf: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  /** Where a caller without a certificate sends from (inbound, plain text). */
  ra: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
  /** Why a caller's handshake failed (refused connections). */
  tf: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
  /** Whether a TCP connection has begun, lasts or has ended: TcpUpstreamConnected, TcpPeriodic or TcpConnectionEnd. */
  at: "%ACCESS_LOG_TYPE%",
  /** The connection's number in this Envoy (TCP). */
  ci: "%CONNECTION_ID%",
  /** How often it was sent on: 1 without a retry (outbound, gateway). */
  n: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  /** The resource whose route it took, `VirtualService/NAMESPACE/NAME`, and where in it (outbound, gateway). */
  vs: "%METADATA(ROUTE:istio:config)%",
  vp: "%METADATA(ROUTE:istio:path)%",
  /** Values for labels of metrics that a Telemetry asks for, by their expressions, and which operations of objectives it is one of; not there where none are asked for. */
  mt: "",
  /** The context of a trace that it went on with, in W3C's form; only where no tracer says the id. */
  tp: "%REQUEST_HEADER(TRACEPARENT):55%",
} as const;

export type AccessLogField = keyof typeof FIELDS;

export type AccessLogFormat = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** Which side of a call writes a listener's lines. */
export type LogDirection = "outbound" | "inbound" | "gateway";

/** What a listener has at the end of a connection that it did not take. */
const REFUSED: readonly string[] = ["dir", "t", "d", "f", "cd", "lp", "ra", "tf"] satisfies AccessLogField[];
const ONLY_BY: Readonly<Record<LogDirection, readonly AccessLogField[]>> = {
  inbound: ["dp", "pw", "tv", "lp", "td", "mi"],
  outbound: ["up", "uw", "uf", "n", "vs", "vp"],
  gateway: ["up", "uw", "uf", "n", "vs", "vp"],
};

/** The format of a listener's log: only what its side of a call has, for every field costs every request. `tags`: by expressions of CEL. */
export function accessLogFormat(direction: LogDirection, tags: readonly WrittenTag[] = []): AccessLogFormat {
  const left: readonly string[] = [
    "mt",
    "tp",
    "ra",
    "tf",
    "at",
    "ci",
    ...(direction === "outbound" ? ["rl", "lc"] : []),
    ...ONLY_BY[direction === "inbound" ? "outbound" : "inbound"],
  ];
  const format = Object.fromEntries(Object.entries(FIELDS).filter(([name]) => !left.includes(name)));
  return { ...format, dir: direction, ...(tags.length === 0 ? {} : { mt: written(tags) }) };
}

/** The same where there is no tracer. */
export function tracerlessFormat({ ti: _, ...format }: AccessLogFormat): AccessLogFormat {
  return { ...format, tp: FIELDS.tp };
}

/** Bytes of a value that are written: more than are counted by, and not the whole of a header once for each expression that asks for it. */
const TAG_BYTES_MAX = 4 * VALUE_CHARS_MAX;

const written = (tags: readonly WrittenTag[]): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ name, expression }) => [name, `%CEL(${expression}):${TAG_BYTES_MAX}%`]));

/** The same where callers have no certificates: they are known by their addresses alone. */
export function plainAccessLogFormat(tags: readonly WrittenTag[] = []): AccessLogFormat {
  const { dp: _, tv: __, ...format } = accessLogFormat("inbound", tags);
  return { ...format, ra: FIELDS.ra };
}

/** Of a TCP proxy, which has lines of connections as they begin and while they last. */
export function tcpAccessLogFormat(
  direction: LogDirection,
  tags: readonly WrittenTag[] = [],
  isPlain = false,
): AccessLogFormat {
  const format = isPlain ? plainAccessLogFormat(tags) : accessLogFormat(direction, tags);
  return { ...format, at: FIELDS.at, ci: FIELDS.ci };
}

/** Of a connection that ended before anybody read of it: in plain text where TLS is required, or with a failed handshake. */
export function refusedAccessLogFormat(direction: "inbound" | "gateway"): AccessLogFormat {
  return { ...Object.fromEntries(Object.entries(FIELDS).filter(([name]) => REFUSED.includes(name))), dir: direction };
}

/**
 * Header by which a caller's sidecar names its workload to the called one's, `workload;namespace;app;version`.
 * Overwritten by every sidecar and gateway on the way out and taken off on the way in: applications never see it.
 */
export const PEER_HEADER = "x-pharos-peer";

/** Header by which a caller's proxy marks the copies that a route's mirror makes of requests. */
export const MIRROR_HEADER = "x-pharos-mirror";

/** In the directory of an agent: the lines for people that are asked for at `/dev/stdout`. */
export const STDOUT_FILE = "requests.log";
