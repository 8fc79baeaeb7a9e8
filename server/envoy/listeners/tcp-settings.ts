import { expandHost } from "#core/host/host.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import { resolveDestinationPort } from "#core/resolve/destination-port.ts";
import { resolveTrafficTo } from "#core/resolve/traffic-policy.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { duration, type Init } from "#server/envoy/pack.ts";
import type { RouteContext } from "#server/envoy/routes/build-routes.ts";

/** What a TCP proxy does besides choosing a cluster. */
export type TcpSettings = Pick<Init<typeof TcpProxySchema>, "hashPolicy" | "maxDownstreamConnectionDuration">;

/**
 * Of the DestinationRules of a TCP port's destinations what the listener has to do: hash the caller's address where one of
 * them asks for it, and end connections after the first one's time.
 */
export function tcpSettings(
  host: string,
  virtualService: Resource<"VirtualService"> | undefined,
  context: RouteContext,
): TcpSettings {
  const { world, namespace } = context;
  const routed = virtualService?.spec.tcp?.[0]?.route ?? [];
  const destinations: readonly Destination[] =
    routed.length === 0 ? [{ host }] : routed.map(({ destination }) => destination);
  const policies = destinations.map((destination) => {
    const name = expandHost(destination.host, virtualService?.metadata.namespace ?? namespace, world.mesh.domainSuffix);
    const { subset = "" } = destination;
    const port = resolveDestinationPort(world, destination, name, context);
    return resolveTrafficTo(world, { host: name, clientNamespace: namespace, subset, port });
  });
  const lasting = policies[0]?.connectionPool?.tcp?.maxConnectionDuration;
  return {
    ...(policies.some(({ loadBalancer }) => loadBalancer?.consistentHash?.useSourceIp === true)
      ? { hashPolicy: [{ policySpecifier: { case: "sourceIp", value: {} } }] }
      : {}),
    ...(lasting === undefined ? {} : { maxDownstreamConnectionDuration: duration(lasting) }),
  };
}
