import type { MeshPassage } from "#core/resolve/mesh-passage.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { Labels } from "#core/resource/labels.ts";
import { type ServiceCluster, serviceClusters } from "#server/envoy/clusters/service-clusters.ts";
import { passageCluster } from "#server/envoy/names.ts";

/**
 * How a gateway reaches those to whom it passes callers' mTLS on: connections as they come, and no others than to endpoints that
 * take it, so that nobody who takes plain text is reached past the check of certificates (Istio's SNI-DNAT clusters).
 */
export function passageClusters(
  world: CallerReader,
  passages: readonly MeshPassage[],
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
): readonly ServiceCluster[] {
  const hosts = [...new Set(passages.map(({ service }) => service.host))];
  const names = new Set(passages.map(({ service, port, subset }) => passageCluster(service.host, port, subset)));
  return hosts
    .flatMap((host) => serviceClusters(world, host, { namespace, labels, routing: "none" }))
    .flatMap((cluster): ServiceCluster[] => {
      const { service, port, subset, policy } = cluster.input;
      const name = passageCluster(service.host, port.number, subset);
      const endpoints = cluster.endpoints.filter(({ takesMtls }) => takesMtls);
      // Of a host that is looked up nobody knows whether it takes mTLS.
      if (!names.has(name) || !cluster.isDiscovered) return [];
      const { proxyProtocol: _, tunnel: __, ...rest } = policy;
      const input = {
        ...cluster.input,
        name,
        port: { ...port, protocol: "TCP" },
        policy: { ...rest, tls: { mode: "DISABLE" as const } },
        endpoints,
        serviceEndpoints: endpoints,
        ruleCredentials: undefined,
      };
      // Each gateway has its own.
      return [{ ...cluster, input, endpoints, dependsOnCaller: false }];
    });
}
