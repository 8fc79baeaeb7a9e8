import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

const HEAD =
  "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: { name: a, namespace: b }\nspec:\n  configPatches:\n    - ";

/** `severity code path` of what is wrong with one patch. */
function found(patch: string): readonly string[] {
  return parseDocuments(HEAD + patch).diagnostics.map(
    ({ severity, code, path = [] }) => `${severity} ${code} ${formatPath(path).replace("spec.configPatches[0].", "")}`,
  );
}

const FILTER =
  "listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: a } } } }";

test.each([
  ["{ applyTo: CLUSTER, patch: { operation: MERGE, value: { a: 1 } } }"],
  ["{ applyTo: CLUSTER, match: { cluster: { name: a } }, patch: { operation: REMOVE } }"],
  [`{ applyTo: HTTP_FILTER, match: { ${FILTER} }, patch: { operation: INSERT_BEFORE, value: { name: a } } }`],
  ["{ applyTo: LISTENER, patch: { operation: ADD, value: { name: own } } }"],
  [
    "{ applyTo: CLUSTER, patch: { operation: MERGE, value: { transport_socket: { typed_config: { common_tls_context: { tls_certificate_sds_secret_configs: [{ name: default, sds_config: { api_config_source: { grpc_services: [{ envoy_grpc: { cluster_name: sds-grpc } }] } } }] } } } } } }",
  ],
])("nothing is wrong with %s", (patch) => expect(found(patch)).toEqual([]));

test.each([
  ["{ applyTo: CLUSTER, patch: { operation: MERGE } }", "error needs-field patch.value"],
  [
    "{ applyTo: CLUSTER, match: { listener: {} }, patch: { operation: REMOVE } }",
    "error conflicting-fields match.listener",
  ],
  [
    "{ applyTo: HTTP_ROUTE, match: { cluster: {} }, patch: { operation: REMOVE } }",
    "error conflicting-fields match.cluster",
  ],
  ["{ applyTo: BOOTSTRAP, patch: { operation: MERGE, value: {} } }", "error value-not-handled applyTo"],
  [
    "{ applyTo: CLUSTER, match: { context: WAYPOINT }, patch: { operation: REMOVE } }",
    "error value-not-handled match.context",
  ],
  [
    "{ applyTo: CLUSTER, match: { proxy: { metadata: { a: b } } }, patch: { operation: REMOVE } }",
    "error field-not-handled match.proxy.metadata.a",
  ],
  [
    "{ applyTo: CLUSTER, match: { proxy: { proxyVersion: '^1\\.4.*' } }, patch: { operation: REMOVE } }",
    "info no-effect match.proxy.proxyVersion",
  ],
  [
    "{ applyTo: CLUSTER, match: { proxy: { proxyVersion: '1.(' } }, patch: { operation: REMOVE } }",
    "error bad-value match.proxy.proxyVersion",
  ],
  ["{ applyTo: CLUSTER, patch: { operation: REPLACE, value: {} } }", "warning no-effect patch.operation"],
  ["{ applyTo: ROUTE_CONFIGURATION, patch: { operation: ADD, value: {} } }", "warning no-effect patch.operation"],
  ["{ applyTo: HTTP_FILTER, patch: { operation: REMOVE } }", "warning no-effect match"],
  [
    `{ applyTo: NETWORK_FILTER, match: { ${FILTER} }, patch: { operation: REMOVE } }`,
    "error conflicting-fields match.listener.filterChain.filter.subFilter",
  ],
  [
    `{ applyTo: HTTP_FILTER, match: { ${FILTER.replace("network.http_connection_manager", "network.tcp_proxy")} }, patch: { operation: REMOVE } }`,
    "error bad-value match.listener.filterChain.filter.name",
  ],
  ["{ applyTo: CLUSTER, patch: { operation: ADD, value: { type: STATIC } } }", "error needs-field patch.value.name"],
  [
    "{ applyTo: CLUSTER, patch: { operation: ADD, value: { name: 'outbound|80||a' } } }",
    "error value-not-handled patch.value.name",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: ADD, value: { name: virtualInbound } } }",
    "error value-not-handled patch.value.name",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: ADD, value: { name: 0.0.0.0_80 } } }",
    "error value-not-handled patch.value.name",
  ],
])("%s: %s", (patch, expected) => expect(found(patch)).toEqual([expected]));

test.each([
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { route: { cluster: xds-agent } } } }",
    "patch.value.route.cluster",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { route: { cluster: sds-grpc } } } }",
    "patch.value.route.cluster",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { inline_code: 'handle:httpCall(\"spans-agent\")' } } } }",
    "patch.value.typed_config.inline_code",
  ],
  [
    "{ applyTo: CLUSTER, patch: { operation: ADD, value: { name: a, load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: /run/a } } } }] }] } } } }",
    "patch.value.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.pipe",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: ADD, value: { name: a, address: { pipe: { path: /run/a } } } } }",
    "patch.value.address.pipe",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { route: { cluster_header: x-to } } } }",
    "patch.value.route.cluster_header",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { grpc_service: { google_grpc: { target_uri: 'unix:/run/a' } } } } } }",
    "patch.value.typed_config.grpc_service.google_grpc.target_uri",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { direct_response: { status: 200, body: { filename: /var/lib/agent/identity.json } } } } }",
    "patch.value.direct_response.body.filename",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: MERGE, value: { access_log: [{ name: a, typed_config: { '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /root/.profile } }] } } }",
    "patch.value.access_log[0].typed_config.path",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: MERGE, value: { access_log: [{ name: a, typed_config: { '@type': type.googleapis.com/xds.type.v3.TypedStruct, type_url: type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, value: { path: a } } }] } } }",
    "patch.value.access_log[0].typed_config.value.path",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, config_discovery: { config_source: { api_config_source: { api_type: GRPC } }, type_urls: [a] } } } }",
    "patch.value.config_discovery.config_source.api_config_source",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.file_server.v3.FileServerConfig, path_mappings: [{ request_path_prefix: /, file_path_prefix: / }] } } } }",
    "patch.value.typed_config.path_mappings[0].file_path_prefix",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { direct_response: { status: 200, body_format: { text_format: '%FILE_CONTENT(/etc/shadow)%', formatters: [{ name: a, typed_config: { '@type': type.googleapis.com/envoy.extensions.formatter.file_content.v3.FileContent } }] } } } } }",
    'patch.value.direct_response.body_format.formatters[0].typed_config["@type"]',
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { default_source_code: { environment_variable: SCRIPT } } } } }",
    "patch.value.typed_config.default_source_code.environment_variable",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { sourceCodes: { password: { environmentVariable: SCRIPT } } } } } }",
    "patch.value.typed_config.sourceCodes.password.environmentVariable",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { source_codes: { password: { filename: /tmp/a.lua } } } } } }",
    "patch.value.typed_config.source_codes.password.filename",
  ],
  [
    "{ applyTo: CLUSTER, patch: { operation: MERGE, value: { health_checks: [{ event_log_path: /var/lib/agent/identity.json }] } } }",
    "patch.value.health_checks[0].event_log_path",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { grpc_service: { google_grpc: { call_credentials: [{ sts_service: { subject_token_path: /root/.token } }] } } } } } }",
    "patch.value.typed_config.grpc_service.google_grpc.call_credentials[0].sts_service.subject_token_path",
  ],
  [
    "{ applyTo: LISTENER, patch: { operation: ADD, value: { name: a, address: { socket_address: { address: 0.0.0.0, port_value: 1, network_namespace_filepath: /run/netns/a } } } } }",
    "patch.value.address.socket_address.network_namespace_filepath",
  ],
  [
    "{ applyTo: CLUSTER, patch: { operation: ADD, value: { name: a, eds_cluster_config: { eds_config: { path: /tmp/a.yaml } } } } }",
    "patch.value.eds_cluster_config.eds_config.path",
  ],
  [
    "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { grpc_service: { google_grpc: { target_uri: 'unix-abstract:a' } } } } } }",
    "patch.value.typed_config.grpc_service.google_grpc.target_uri",
  ],
  [
    "{ applyTo: NETWORK_FILTER, patch: { operation: INSERT_FIRST, value: { name: a, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.network.sni_cluster.v3.SniCluster } } } }",
    'patch.value.typed_config["@type"]',
  ],
  [
    "{ applyTo: NETWORK_FILTER, patch: { operation: INSERT_FIRST, value: { name: a, typed_config: { on_new_connection: [{ object_key: envoy.tcp_proxy.cluster, format_string: { text_format_source: { inline_string: '%REQUESTED_SERVER_NAME%' } } }] } } } }",
    "patch.value.typed_config.on_new_connection[0].object_key",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: MERGE, value: { typed_per_filter_config: { sds_config: { dynamic: { config_discovery: { config_source: { api_config_source: { api_type: GRPC } } } } } } } } }",
    "patch.value.typed_per_filter_config.sds_config.dynamic.config_discovery.config_source.api_config_source",
  ],
  [
    "{ applyTo: HTTP_ROUTE, patch: { operation: MERGE, value: { typed_per_filter_config: { sds_config: { cluster: sds-grpc } } } } }",
    "patch.value.typed_per_filter_config.sds_config.cluster",
  ],
])("what leads to the agent or its host is refused: %s", (patch, path) =>
  expect(found(patch)).toEqual([`error value-not-handled ${path}`]),
);

test.each([
  "{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, typed_config: { config: { vm_config: { code: { local: { filename: /opt/a.wasm } } } } } } } }",
  "{ applyTo: CLUSTER, patch: { operation: MERGE, value: { transport_socket: { name: tls, typed_config: { common_tls_context: { validation_context: { trusted_ca: { filename: /etc/ssl/cert.pem } } } } } } } }",
  "{ applyTo: CLUSTER, patch: { operation: MERGE, value: { transport_socket: { name: tls, typed_config: { sds_config: { api_config_source: { grpc_services: [{ envoy_grpc: { cluster_name: sds-grpc } }] } } } } } } }",
  "{ applyTo: LISTENER, patch: { operation: MERGE, value: { access_log: [{ name: a, typed_config: { '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/stdout } }] } } }",
  "{ applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { match: { path: /a }, route: { cluster: a } } } }",
])("what is read of the host and told to nobody is taken: %s", (patch) => expect(found(patch)).toEqual([]));
