import type { AskConfig } from "#core/simulate/filter.ts";
import type { GrpcService } from "#proto/gen/envoy/config/core/v3/grpc_service_pb.js";
import type { ExtAuthz } from "#proto/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js";
import type { ExtAuthz as ConnectionExtAuthz } from "#proto/gen/envoy/extensions/filters/network/ext_authz/v3/ext_authz_pb.js";
import type { MetadataMatcher } from "#proto/gen/envoy/type/matcher/v3/metadata_pb.js";

/** Who is asked about requests. */
export function readRequestAsk({ services, filterEnabledMetadata }: ExtAuthz): AskConfig {
  const whom = services.case === "grpcService" ? clusterOf(services.value) : httpCluster(services.value?.serverUri);
  return { kind: "ask", mark: readMark(filterEnabledMetadata), whom };
}

/** Who is asked about connections. */
export function readConnectionAsk({ grpcService, filterEnabledMetadata }: ConnectionExtAuthz): AskConfig {
  return { kind: "ask", mark: readMark(filterEnabledMetadata), whom: clusterOf(grpcService) };
}

function clusterOf(service: GrpcService | undefined): string {
  const target = service?.targetSpecifier;
  return target?.case === "envoyGrpc" ? target.value.clusterName : "an authorizer";
}

function httpCluster(uri: { readonly httpUpstreamType: { readonly value?: string | undefined } } | undefined): string {
  return uri?.httpUpstreamType.value ?? "an authorizer";
}

/** The last step of the path: what else stands there is always the same. */
function readMark(matcher: MetadataMatcher | undefined): string | undefined {
  const segment = matcher?.path.at(-1)?.segment;
  return segment?.case === "key" ? segment.value : undefined;
}
