import { createRegistry } from "@bufbuild/protobuf";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { FilterConfigSchema, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { DatadogConfigSchema } from "#proto/gen/envoy/config/trace/v3/datadog_pb.js";
import { OpenTelemetryConfigSchema } from "#proto/gen/envoy/config/trace/v3/opentelemetry_pb.js";
import { SkyWalkingConfigSchema } from "#proto/gen/envoy/config/trace/v3/skywalking_pb.js";
import { ZipkinConfigSchema } from "#proto/gen/envoy/config/trace/v3/zipkin_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import { ExpressionFilterSchema } from "#proto/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.js";
import {
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from "#proto/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js";
import { OpenTelemetryAccessLogConfigSchema } from "#proto/gen/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.js";
import { ClusterConfigSchema as DynamicClusterSchema } from "#proto/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb.js";
import { ExtensionWithMatcherSchema } from "#proto/gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js";
import { SkipFilterSchema } from "#proto/gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js";
import { CorsPolicySchema, CorsSchema } from "#proto/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js";
import { FilterConfigSchema as DynamicForwardProxySchema } from "#proto/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb.js";
import { ExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js";
import { HTTPFaultSchema } from "#proto/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js";
import { GrpcWebSchema } from "#proto/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.js";
import { ConfigSchema } from "#proto/gen/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js";
import { JwtAuthenticationSchema } from "#proto/gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js";
import {
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from "#proto/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js";
import { RBACPerRouteSchema, RBACSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { TapSchema } from "#proto/gen/envoy/extensions/filters/http/tap/v3/tap_pb.js";
import { HttpInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js";
import { OriginalDstSchema } from "#proto/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { ProxyProtocolSchema } from "#proto/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { ExtAuthzSchema as NetworkExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/network/ext_authz/v3/ext_authz_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { RBACSchema as NetworkRbacSchema } from "#proto/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js";
import { FilterConfigSchema as ServerNameForwardProxySchema } from "#proto/gen/envoy/extensions/filters/network/sni_dynamic_forward_proxy/v3/sni_dynamic_forward_proxy_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { HeaderMutationSchema } from "#proto/gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js";
import { PreserveCaseFormatterConfigSchema } from "#proto/gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js";
import { ClientSideWeightedRoundRobinSchema } from "#proto/gen/envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin_pb.js";
import { UuidRequestIdConfigSchema } from "#proto/gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js";
import { PreviousHostsPredicateSchema } from "#proto/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js";
import { PreviousPrioritiesConfigSchema } from "#proto/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js";
import { EnvironmentResourceDetectorConfigSchema } from "#proto/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js";
import { ProxyProtocolUpstreamTransportSchema } from "#proto/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js";
import { RawBufferSchema } from "#proto/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import { SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import { HttpRequestHeaderMatchInputSchema } from "#proto/gen/envoy/type/matcher/v3/http_inputs_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";

/** Every message that stands in an Any of ours: what JSON needs to print one. */
export const REGISTRY = createRegistry(
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  VirtualHostSchema,
  DatadogConfigSchema,
  OpenTelemetryConfigSchema,
  EnvironmentResourceDetectorConfigSchema,
  SkyWalkingConfigSchema,
  ZipkinConfigSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
  FileAccessLogSchema,
  OpenTelemetryAccessLogConfigSchema,
  ExpressionFilterSchema,
  ClientSideWeightedRoundRobinSchema,
  GrpcWebSchema,
  UuidRequestIdConfigSchema,
  CorsPolicySchema,
  CorsSchema,
  ExtAuthzSchema,
  NetworkExtAuthzSchema,
  HTTPFaultSchema,
  HeaderMutationSchema,
  ConfigSchema,
  JwtAuthenticationSchema,
  RateLimitPerRouteSchema,
  RateLimitSchema,
  RBACPerRouteSchema,
  TapSchema,
  ExtensionWithMatcherSchema,
  SkipFilterSchema,
  HttpRequestHeaderMatchInputSchema,
  FilterConfigSchema,
  RBACSchema,
  RouterSchema,
  HttpInspectorSchema,
  OriginalDstSchema,
  ProxyProtocolSchema,
  TlsInspectorSchema,
  PreserveCaseFormatterConfigSchema,
  HttpConnectionManagerSchema,
  NetworkRbacSchema,
  TcpProxySchema,
  PreviousHostsPredicateSchema,
  PreviousPrioritiesConfigSchema,
  ProxyProtocolUpstreamTransportSchema,
  RawBufferSchema,
  SecretSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  HttpProtocolOptionsSchema,
  TypedStructSchema,
  DynamicClusterSchema,
  DynamicForwardProxySchema,
  ServerNameForwardProxySchema,
);

/** The message of each xDS type. */
export const XDS_SCHEMAS = {
  CDS: ClusterSchema,
  EDS: ClusterLoadAssignmentSchema,
  LDS: ListenerSchema,
  RDS: RouteConfigurationSchema,
  VHDS: VirtualHostSchema,
  SDS: SecretSchema,
} as const;
