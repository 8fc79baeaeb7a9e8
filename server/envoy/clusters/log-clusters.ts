import type { RequestedLog } from "#core/resolve/access-logs.ts";
import { resolveAsked } from "#core/resolve/asked-service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { authorizerClusters } from "#server/envoy/clusters/authorizer-clusters.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { logCluster } from "#server/envoy/names.ts";

/** How a proxy reaches those who get its access logs over OTLP: once each, as external authorizers are. */
export function logClusters(
  world: CallerReader,
  logs: readonly RequestedLog[],
  node: Pick<ProxyNode, "namespace" | "type">,
): readonly ServiceCluster[] {
  const asked = logs.flatMap(({ to }) => {
    const found = to.kind === "otlp" ? resolveAsked(world, to) : "no-service";
    return typeof found === "string" ? [] : [{ ...found, protocol: "grpc" as const }];
  });
  return authorizerClusters(world, asked, node, logCluster);
}
