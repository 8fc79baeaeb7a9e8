import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import type { StatNames } from "#core/mesh-config/start-settings.ts";
import { KEPT_STATS } from "#core/xds/kept-stats.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { NodeJson } from "#mesh-agent/xds/describe-node.ts";

/** What an Envoy may use of its host. */
export interface EnvoyLimits {
  readonly maxHeapBytes: number;
  /** Of all its listeners, at a time. */
  readonly maxConnections: number;
  /** It serves strangers. */
  readonly isGateway: boolean;
  /** Runtime keys and statistics that are asked for beside those that Pharos needs. */
  readonly runtime: Readonly<Record<string, string>>;
  readonly stats: StatNames;
}

/**
 * Envoy's bootstrap: everything it learns comes by the agent's Unix sockets, and its admin listens on one too. Waits for
 * its configuration however long that takes. Pure; see `envoy.config.bootstrap.v3.Bootstrap`.
 */
export function buildBootstrap(
  node: NodeJson,
  paths: Pick<AgentPaths, "adminSocket" | "xdsSocket" | "sdsSocket" | "spansSocket" | "limitsSocket">,
  { maxHeapBytes, maxConnections, isGateway, runtime, stats }: EnvoyLimits,
): Record<string, unknown> {
  const ads = { ads: {}, resource_api_version: "V3", initial_fetch_timeout: "0s" };
  return {
    node,
    // The agent reads it however many others are connected.
    admin: { address: { pipe: { path: paths.adminSocket, mode: 0o600 } }, ignore_global_conn_limit: true },
    dynamic_resources: {
      ads_config: {
        api_type: "DELTA_GRPC",
        transport_api_version: "V3",
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: AGENT_CLUSTERS.xds } }],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        grpcCluster(AGENT_CLUSTERS.xds, paths.xdsSocket),
        grpcCluster(AGENT_CLUSTERS.secrets, paths.sdsSocket),
        socketCluster(AGENT_CLUSTERS.spans, paths.spansSocket),
        grpcCluster(AGENT_CLUSTERS.limits, paths.limitsSocket),
      ],
    },
    layered_runtime: {
      layers: [
        { name: "mesh", static_layer: runtimeOf(runtime) },
        // The later layer stands.
        {
          name: "pharos",
          static_layer: {
            // Istio's limit: long regular expressions are refused with an error rather than compiled into megabytes.
            "re2.max_program_size.error_level": 32_768,
            // What limits are told of a request is written in formats.
            "envoy.reloadable_features.enable_formatter_for_ratelimit_action_descriptor_value": true,
            // A trace is looked at as soon as its request has ended: Envoy would hold spans for five seconds.
            "tracing.zipkin.flush_interval_ms": 1000,
            "tracing.zipkin.min_flush_spans": 20,
            // What one connection floods it with waits for the others' turn.
            ...(isGateway ? { "http.max_requests_per_io_cycle": 1 } : {}),
          },
        },
        { name: "admin", admin_layer: {} },
      ],
    },
    // Of ten thousand clusters few are called: a statistic is made when it first counts.
    deferred_stat_options: { enable_deferred_creation_stats: true },
    stats_config: keepStats(stats),
    overload_manager: {
      refresh_interval: "0.25s",
      resource_monitors: [
        {
          name: "envoy.resource_monitors.fixed_heap",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
            max_heap_size_bytes: maxHeapBytes,
          },
        },
        {
          name: "envoy.resource_monitors.global_downstream_max_connections",
          typed_config: {
            "@type":
              "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            max_active_downstream_connections: maxConnections,
          },
        },
      ],
      actions: [
        ...(isGateway ? [REDUCE_TIMEOUTS] : []),
        action("shrink_heap", 0.95),
        action("stop_accepting_requests", 0.98),
      ],
    },
  };
}

/** Of texts, as Envoy's runtime tells its types apart. */
function runtimeOf(values: Readonly<Record<string, string>>): Readonly<Record<string, boolean | number | string>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => {
      if (text === "true" || text === "false") return [key, text === "true"];
      return [key, /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : text];
    }),
  );
}

function keepStats({ prefixes, suffixes, regexes }: StatNames): object {
  const patterns = [
    ...KEPT_STATS.stats_matcher.inclusion_list.patterns,
    ...prefixes.map((prefix) => ({ prefix })),
    ...suffixes.map((suffix) => ({ suffix })),
    ...regexes.map((regex) => ({ safe_regex: { regex } })),
  ];
  return { ...KEPT_STATS, stats_matcher: { inclusion_list: { patterns } } };
}

/** What strangers hold and do not use ends sooner and sooner as memory runs short. */
const REDUCE_TIMEOUTS = {
  name: "envoy.overload_actions.reduce_timeouts",
  triggers: [
    {
      name: "envoy.resource_monitors.fixed_heap",
      scaled: { scaling_threshold: 0.85, saturation_threshold: 0.95 },
    },
  ],
  typed_config: {
    "@type": "type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig",
    timer_scale_factors: [
      { timer: "HTTP_DOWNSTREAM_CONNECTION_IDLE", min_timeout: "2s" },
      { timer: "HTTP_DOWNSTREAM_STREAM_IDLE", min_timeout: "5s" },
    ],
  },
};

/** Of the overload manager, at this share of the memory. */
function action(name: string, value: number): Record<string, unknown> {
  return {
    name: `envoy.overload_actions.${name}`,
    triggers: [{ name: "envoy.resource_monitors.fixed_heap", threshold: { value } }],
  };
}

function grpcCluster(name: string, path: string): Record<string, unknown> {
  return {
    ...socketCluster(name, path),
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        // By the connection on which it asked for a request's limits an agent knows that the proxy of that request is there: it never ends of itself.
        common_http_protocol_options: { idle_timeout: "0s" },
        // An agent that hangs is noticed, and its replacement found; one that is at work, or has to wait for a processor, is neither.
        explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: "10s", timeout: "60s" } } },
      },
    },
  };
}

const UNBOUNDED = 2 ** 32 - 1;

function socketCluster(name: string, path: string): Record<string, unknown> {
  return {
    name,
    type: "STATIC",
    connect_timeout: "1s",
    // The agent's own bounds are what holds: a breaker that opens would let requests by their limits.
    circuit_breakers: {
      thresholds: [{ max_connections: UNBOUNDED, max_pending_requests: UNBOUNDED, max_requests: UNBOUNDED }],
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path } } } }] }],
    },
  };
}
