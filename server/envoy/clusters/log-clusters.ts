import type { RequestedLog } from "#core/resolve/access-logs.ts";
import { resolveAsked } from "#core/resolve/asked-service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { authorizerClusters, type ClusterCaller } from "#server/envoy/clusters/authorizer-clusters.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { logCluster } from "#server/envoy/names.ts";

/** How a proxy reaches those who get its access logs over gRPC: once each, as external authorizers are. */
export function logClusters(
  world: CallerReader,
  logs: readonly RequestedLog[],
  caller: ClusterCaller,
): readonly ServiceCluster[] {
  const asked = logs.flatMap(({ to }) => {
    const found = to.kind === "file" ? "no-service" : resolveAsked(world, to);
    return typeof found === "string" ? [] : [{ ...found, protocol: "grpc" as const }];
  });
  return authorizerClusters(world, asked, caller, logCluster);
}
