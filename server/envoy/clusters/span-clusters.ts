import { resolveAsked } from "#core/resolve/asked-service.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { ResolvedTracing, SpanReceiver } from "#core/resolve/tracing.ts";
import { authorizerClusters, type ClusterCaller } from "#server/envoy/clusters/authorizer-clusters.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { spanCluster } from "#server/envoy/names.ts";

/** How a proxy reaches those who get its spans: once each, as external authorizers are, whether or not it is traced now. */
export function spanClusters(
  world: CallerReader,
  { client, server }: ResolvedTracing,
  caller: ClusterCaller,
): readonly ServiceCluster[] {
  const asked = [client, server].flatMap(({ provider, isOff }) => {
    const found = isOff || provider?.receiver === undefined ? undefined : askedReceiver(world, provider.receiver);
    return found === undefined ? [] : [found];
  });
  return authorizerClusters(world, asked, caller, spanCluster);
}

/** Undefined where its service or port is not there. */
export function askedReceiver(
  reader: Pick<CallerReader, "service" | "mesh">,
  receiver: SpanReceiver,
): Pick<Authorizer, "service" | "port" | "protocol"> | undefined {
  const found = resolveAsked(reader, receiver);
  return typeof found === "string" ? undefined : { ...found, protocol: isOverGrpc(receiver) ? "grpc" : "http" };
}

function isOverGrpc(receiver: SpanReceiver): boolean {
  if (receiver.kind === "skywalking") return true;
  return receiver.kind === "opentelemetry" && receiver.provider.http === undefined;
}
