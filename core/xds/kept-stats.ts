/** Statistics worth their memory: what health, readiness, `/metrics` and the check of counted requests need. By what they are of. */
const STATS_OF = {
  listener:
    "downstream_cx_|downstream_pre_cx|ssl\\.(?:handshake|connection_error|fail_verify)|server_ssl_socket_factory",
  http: "downstream_(?:rq|cx)_|no_route|no_cluster|rq_direct_response|rbac\\.|passthrough_internal",
  tcp: "downstream_cx_",
  cluster:
    "upstream_cx_(?:active|total|connect_fail|connect_timeout|overflow)|upstream_rq_(?:active|total|timeout|retry|pending_overflow|[0-9]xx)|membership_|ssl\\.(?:handshake|connection_error|fail_verify)|client_ssl_socket_factory|update_|outlier_detection\\.ejections_active|circuit_breakers",
} as const;
const STATS = [
  "^(?:server|cluster_manager|listener_manager|control_plane|overload|runtime|access_logs)\\.",
  // Of connections that policies are asked about, of all ports together.
  "^tcp\\.rbac\\.",
  ...Object.entries(STATS_OF).map(([of, names]) => `^${of}\\..*\\.(?:${names})`),
];
/** Labels of `/metrics`. Envoy's own rules end a name at its first dot, and ours have dots: it goes up to the statistic. */
const named = (label: string, of: keyof typeof STATS_OF) => ({
  tag_name: label,
  regex: `^${of}\\.((.+?)\\.)(?:${STATS_OF[of]})`,
});
const STATS_TAGS = [
  named("envoy.listener_address", "listener"),
  named("envoy.http_conn_manager_prefix", "http"),
  named("envoy.tcp_prefix", "tcp"),
  named("envoy.cluster_name", "cluster"),
  { tag_name: "envoy.response_code_class" },
];

/** `stats_config` of the Envoys of a mesh: which statistics they keep, and their labels. */
export const KEPT_STATS = {
  use_all_default_tags: false,
  stats_tags: STATS_TAGS,
  stats_matcher: { inclusion_list: { patterns: STATS.map((regex) => ({ safe_regex: { regex: `${regex}.*` } })) } },
};
