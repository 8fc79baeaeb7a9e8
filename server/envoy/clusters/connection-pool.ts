import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { ConnectionPool, RetryBudget, TcpKeepalive } from "#core/resolve/traffic-settings.ts";
import type { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import { KEEPS_CASE } from "#server/envoy/keeps-case.ts";
import { duration, durationMs, type Init, pack } from "#server/envoy/pack.ts";

type ClusterInit = Init<typeof ClusterSchema>;

const UNBOUNDED = 4_294_967_295;

/** What holds where no rule says otherwise. */
export type PoolDefaults = Pick<ProxySettings, "connectTimeoutMs" | "tcpKeepalive" | "isHeaderCaseKept">;

/**
 * What a `connectionPool` asks of connections, whatever is spoken on them: of callers' and, as in Istio, of those from the
 * called sidecar to the application. No circuit is broken where nobody asks for it; Envoy by itself would at 1024.
 */
export function poolSettings(
  pool: ConnectionPool | undefined,
  mesh: PoolDefaults,
  budget?: RetryBudget,
): Pick<ClusterInit, "connectTimeout" | "circuitBreakers" | "upstreamConnectionOptions"> {
  const own = pool?.tcp?.tcpKeepalive;
  // Field by field: what a rule leaves out is the mesh's.
  const probing = own === undefined ? mesh.tcpKeepalive : { ...mesh.tcpKeepalive, ...own };
  return {
    connectTimeout:
      pool?.tcp?.connectTimeout === undefined ? durationMs(mesh.connectTimeoutMs) : duration(pool.tcp.connectTimeout),
    circuitBreakers: { thresholds: [thresholds(pool, budget)] },
    ...(probing === undefined ? {} : { upstreamConnectionOptions: { tcpKeepalive: keepalive(probing) } }),
  };
}

function thresholds(pool: ConnectionPool | undefined, budget: RetryBudget | undefined) {
  const value = (number: number | undefined) => number ?? UNBOUNDED;
  return {
    maxConnections: value(pool?.tcp?.maxConnections),
    maxPendingRequests: value(pool?.http?.http1MaxPendingRequests),
    maxRequests: value(pool?.http?.http2MaxRequests),
    maxRetries: value(pool?.http?.maxRetries),
    trackRemaining: true,
    ...(budget === undefined ? {} : { retryBudget: retryBudget(budget) }),
  };
}

/** As Istio does, whose defaults are Envoy's. */
function retryBudget({ percent = 20, minRetryConcurrency, budgetInterval }: RetryBudget) {
  return {
    budgetPercent: { value: percent },
    minRetryConcurrency: minRetryConcurrency || 3,
    ...(budgetInterval === undefined ? {} : { budgetInterval: duration(budgetInterval) }),
  };
}

function keepalive(settings: TcpKeepalive) {
  const seconds = (text: string | undefined) => Number(duration(text ?? "0s").seconds);
  return {
    ...(settings.probes === undefined ? {} : { keepaliveProbes: settings.probes }),
    ...(settings.time === undefined ? {} : { keepaliveTime: seconds(settings.time) }),
    ...(settings.interval === undefined ? {} : { keepaliveInterval: seconds(settings.interval) }),
  };
}

export type UpstreamHttpOptions = Pick<
  Init<typeof HttpProtocolOptionsSchema>,
  "upstreamHttpProtocolOptions" | "outlierDetection"
>;

/** HTTP/1.1 with nothing said about it is what Envoy does by itself: there is no option to send for it. */
export function httpOptions(
  isHttp2: boolean,
  asCalled: boolean,
  pool: ConnectionPool | undefined,
  { isHeaderCaseKept }: Pick<ProxySettings, "isHeaderCaseKept">,
  more: UpstreamHttpOptions = {},
): ClusterInit {
  const http1 = isHeaderCaseKept ? KEEPS_CASE : {};
  const http = pool?.http;
  const streams = http?.maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams: http.maxConcurrentStreams };
  const idle = http?.idleTimeout ?? pool?.tcp?.idleTimeout;
  const ping = http?.http2KeepAlive;
  const h2 = {
    ...streams,
    ...(ping?.interval === undefined
      ? {}
      : { connectionKeepalive: { interval: duration(ping.interval), timeout: duration(ping.timeout ?? "10s") } }),
  };
  const common = {
    ...(idle === undefined ? {} : { idleTimeout: duration(idle) }),
    ...(http?.maxRequestsPerConnection === undefined || http.maxRequestsPerConnection === 0
      ? {}
      : { maxRequestsPerConnection: http.maxRequestsPerConnection }),
    ...(pool?.tcp?.maxConnectionDuration === undefined
      ? {}
      : { maxConnectionDuration: duration(pool.tcp.maxConnectionDuration) }),
  };
  const isUsual = !isHttp2 && !asCalled && !isHeaderCaseKept;
  if (isUsual && Object.keys(common).length + Object.keys(more).length === 0) return {};
  const options = pack(HttpProtocolOptionsSchema, {
    ...more,
    commonHttpProtocolOptions: common,
    upstreamProtocolOptions: asCalled
      ? { case: "useDownstreamProtocolConfig", value: { httpProtocolOptions: http1, http2ProtocolOptions: h2 } }
      : {
          case: "explicitHttpConfig",
          value: {
            protocolConfig: isHttp2
              ? { case: "http2ProtocolOptions", value: h2 }
              : { case: "httpProtocolOptions", value: http1 },
          },
        },
  });
  return {
    typedExtensionProtocolOptions: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options },
  };
}
