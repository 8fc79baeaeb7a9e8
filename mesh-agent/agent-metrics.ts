import type { ApplicationWatch } from "#mesh-agent/application/application-watch.ts";
import type { LimitStats } from "#mesh-agent/limits/thread-protocol.ts";
import type { TelemetryStats } from "#mesh-agent/telemetry/report-loop-options.ts";
import type { RelayStats } from "#mesh-agent/xds/relay-server.ts";
import type { Metric } from "#node/prometheus-text.ts";

export interface AgentState {
  readonly isConnected: boolean;
  readonly isRegistered: boolean;
  readonly isEnvoyReady: boolean;
  readonly applicationHealth: ApplicationWatch["health"];
  readonly envoyRestarts: number;
  readonly certificateNotAfterMs: number;
  /** By secret of files, ms since the epoch. */
  readonly fileExpiries: ReadonlyMap<string, number>;
  readonly fileProblems: number;
  readonly relay: RelayStats;
  /** By type URL. */
  readonly cached: ReadonlyMap<string, number>;
  readonly version: string;
  readonly telemetry: TelemetryStats;
  readonly limits: LimitStats;
  /** Undefined until the control plane has answered. */
  readonly clockAheadMs: number | undefined;
}

/** The agent's own metrics. */
export function agentMetrics(state: AgentState): Metric[] {
  const gauge = (name: string, help: string, value: number | boolean): Metric => ({
    name,
    help,
    type: "gauge",
    values: [{ value: Number(value) }],
  });
  const counter = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: "counter",
    values: [{ value }],
  });
  return [
    {
      name: "pharos_agent_info",
      help: "Version of the agent.",
      type: "gauge",
      values: [{ labels: { version: state.version }, value: 1 }],
    },
    gauge("pharos_agent_limit_keys", "Buckets of limits that are known.", state.limits.keys),
    counter(
      "pharos_agent_limit_draw_failures_total",
      "Messages about limits that got no answer.",
      state.limits.failures,
    ),
    {
      name: "pharos_agent_limited_requests_total",
      help: "Requests that a limit counted, by its RateLimit or Quota, rule and outcome; what is tried would have been refused, and went on as what is exempt did.",
      type: "counter",
      values: (["admitted", "tried", "refused", "exempt"] as const).flatMap((outcome) =>
        [...state.limits.counts[outcome]].map(([name, value]) => {
          const [limit = "", rule = ""] = name.split(" ");
          return { labels: { limit, rule, outcome }, value };
        }),
      ),
    },
    gauge("pharos_agent_control_plane_connected", "1 while connected to the control plane.", state.isConnected),
    gauge("pharos_agent_registered", "1 while the registry holds this instance.", state.isRegistered),
    gauge("pharos_agent_envoy_ready", "1 while Envoy serves.", state.isEnvoyReady),
    gauge(
      "pharos_agent_application_healthy",
      "1 while the application answers its probe, or has none.",
      state.applicationHealth === "healthy",
    ),
    counter("pharos_agent_envoy_restarts_total", "Times that Envoy died and was started again.", state.envoyRestarts),
    gauge(
      "pharos_agent_certificate_expiry_timestamp_seconds",
      "End of the workload certificate's life.",
      Math.floor(state.certificateNotAfterMs / 1000),
    ),
    {
      name: "pharos_agent_file_certificate_expiry_timestamp_seconds",
      help: "End of the life of a certificate that is served from files; of roots, the next end of one.",
      type: "gauge",
      values: [...state.fileExpiries].map(([secret, ms]) => ({ labels: { secret }, value: Math.floor(ms / 1000) })),
    },
    gauge(
      "pharos_agent_file_certificate_problems",
      "Certificate files that cannot be served, or whose certificate has ended.",
      state.fileProblems,
    ),
    counter("pharos_agent_xds_refusals_total", "Responses that Envoy refused.", state.relay.refusals),
    gauge(
      "pharos_agent_xds_upstream_streams",
      "Configuration streams to the control plane.",
      state.relay.upstreamStreams,
    ),
    counter(
      "pharos_agent_cache_failures_total",
      "Acknowledgements that could not be stored.",
      state.relay.cacheFailures,
    ),
    counter("pharos_agent_requests_folded_total", "Access log lines folded into telemetry.", state.telemetry.requests),
    counter("pharos_agent_garbage_lines_total", "Access log lines that were none.", state.telemetry.garbageLines),
    counter(
      "pharos_agent_folded_requests_total",
      'Requests counted under "unknown": callers named more hosts or workloads than are told apart.',
      state.telemetry.foldedRequests,
    ),
    counter(
      "pharos_agent_missing_requests_total",
      "Requests that Envoy counted and no line told of.",
      state.telemetry.missingRequests,
    ),
    counter("pharos_agent_dropped_spans_total", "Spans there was no room for.", state.telemetry.droppedSpans),
    counter(
      "pharos_agent_refused_reports_total",
      "Reports of which the control plane did not count all; the log says what and why.",
      state.telemetry.reportsRefused,
    ),
    {
      name: "pharos_agent_clock_ahead_seconds",
      help: "What this host's clock is ahead of the control plane's; negative where it is behind.",
      type: "gauge",
      values: state.clockAheadMs === undefined ? [] : [{ value: state.clockAheadMs / 1000 }],
    },
    gauge("pharos_agent_reports_waiting", "Reports not acknowledged yet.", state.telemetry.reportsWaiting),
    {
      name: "pharos_agent_cached_resources",
      help: "Resources of the last good configuration.",
      type: "gauge",
      values: [...state.cached].map(([type, value]) => ({
        labels: { type: type.slice(type.lastIndexOf(".") + 1) },
        value,
      })),
    },
  ];
}
