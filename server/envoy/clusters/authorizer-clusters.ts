import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { ruleTls } from "#core/resolve/rule-tls.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { readRuleCredentials } from "#server/envoy/clusters/read-rule-credentials.ts";
import { rulesForService } from "#server/envoy/clusters/rules-for-service.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { authorizerCluster } from "#server/envoy/names.ts";

const PROTOCOL = { http: "HTTP", grpc: "GRPC" } as const;

/** The proxy that asks. */
export interface ClusterCaller extends Pick<ProxyNode, "namespace" | "type"> {
  readonly labels: Labels;
}

/** How a proxy reaches those whom it asks: once each, whatever its port is declared to speak. */
export function authorizerClusters(
  world: CallerReader,
  authorizers: readonly Pick<Authorizer, "service" | "port" | "protocol">[],
  { namespace, type, labels }: ClusterCaller,
  nameOf: (authorizer: Pick<Authorizer, "service" | "port" | "protocol">) => string = authorizerCluster,
): readonly ServiceCluster[] {
  const clusters = new Map(
    authorizers.map((authorizer) => {
      const { service, protocol } = authorizer;
      const port = { ...authorizer.port, protocol: PROTOCOL[protocol] };
      const name = nameOf(authorizer);
      const endpoints = resolveEndpoints(world, service, port);
      const { rule, origins } = rulesForService(world, service, namespace, labels);
      const policy = asTheProviderSpeaks(resolveTrafficPolicy(rule, "", port.number, world.settings().traffic));
      const cluster: ServiceCluster = {
        input: {
          name,
          service,
          port,
          subset: "",
          endpoints,
          serviceEndpoints: endpoints,
          policy,
          ruleCredentials: readRuleCredentials(world, policy, namespace),
          trustDomains: trustDomainsOf(world.mesh, world.settings()),
          settings: { ...world.settings(), isHttpUpgraded: false },
          // It is called by its name, and not where a caller's connection was going.
          routing: "none",
          takesCredentials: ruleTls.givesCredentials(rule, type === "router"),
        },
        endpoints,
        isDiscovered: service.resolution === "static",
        // Each proxy has its own.
        dependsOnCaller: false,
        origins,
      };
      return [name, cluster];
    }),
  );
  return [...clusters.values()];
}

/** Nobody calls whose protocol could be taken, and what is spoken is not the rule's to choose. */
function asTheProviderSpeaks({ connectionPool, ...rest }: TrafficSettings): TrafficSettings {
  if (connectionPool?.http === undefined)
    return { ...rest, ...(connectionPool === undefined ? {} : { connectionPool }) };
  const { useClientProtocol: _, h2UpgradePolicy: __, ...http } = connectionPool.http;
  return { ...rest, connectionPool: { ...connectionPool, http } };
}
