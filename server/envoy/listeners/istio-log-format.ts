/** What Istio's proxies write of a request where nobody says what (Istio 1.9 and later), in this order. */
const FIELDS = [
  ["start_time", "%START_TIME%"],
  ["method", "%REQ(:METHOD)%"],
  ["path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"],
  ["protocol", "%PROTOCOL%"],
  ["response_code", "%RESPONSE_CODE%"],
  ["response_flags", "%RESPONSE_FLAGS%"],
  ["response_code_details", "%RESPONSE_CODE_DETAILS%"],
  ["connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"],
  ["upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"],
  ["bytes_received", "%BYTES_RECEIVED%"],
  ["bytes_sent", "%BYTES_SENT%"],
  ["duration", "%DURATION%"],
  ["upstream_service_time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"],
  ["x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"],
  ["user_agent", "%REQ(USER-AGENT)%"],
  ["request_id", "%REQ(X-REQUEST-ID)%"],
  ["authority", "%REQ(:AUTHORITY)%"],
  ["upstream_host", "%UPSTREAM_HOST%"],
  ["upstream_cluster", "%UPSTREAM_CLUSTER_RAW%"],
  ["upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"],
  ["downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"],
  ["downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"],
  ["requested_server_name", "%REQUESTED_SERVER_NAME%"],
  ["route_name", "%ROUTE_NAME%"],
] as const;

const of = Object.fromEntries(FIELDS) as { readonly [F in (typeof FIELDS)[number][0]]: string };

/** As one JSON object. */
export const ISTIO_JSON_FORMAT: Record<string, string> = Object.fromEntries(
  [...FIELDS].sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** As text: the request line is in quotes, and so is what has spaces. */
export const ISTIO_TEXT_FORMAT = [
  `[${of.start_time}] "${of.method} ${of.path} ${of.protocol}"`,
  of.response_code,
  of.response_flags,
  of.response_code_details,
  of.connection_termination_details,
  `"${of.upstream_transport_failure_reason}"`,
  of.bytes_received,
  of.bytes_sent,
  of.duration,
  of.upstream_service_time,
  ...[of.x_forwarded_for, of.user_agent, of.request_id, of.authority, of.upstream_host].map((each) => `"${each}"`),
  of.upstream_cluster,
  of.upstream_local_address,
  of.downstream_local_address,
  of.downstream_remote_address,
  of.requested_server_name,
  of.route_name,
].join(" ");
