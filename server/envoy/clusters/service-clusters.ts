import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { dependsOnCaller, localityRule } from "#core/resolve/locality-load.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { ruleTls } from "#core/resolve/rule-tls.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ClusterInput, Routing } from "#server/envoy/clusters/build-cluster.ts";
import { readRuleCredentials } from "#server/envoy/clusters/read-rule-credentials.ts";
import { rulesForService } from "#server/envoy/clusters/rules-for-service.ts";
import { outboundCluster } from "#server/envoy/names.ts";

/** What a cluster is built from, and where it sends calls. */
export interface ServiceCluster {
  readonly input: ClusterInput;
  /** Those of the subset. */
  readonly endpoints: readonly Endpoint[];
  /** Its endpoints go over EDS; else they are part of the cluster. */
  readonly isDiscovered: boolean;
  /** Callers in other places, or with other labels, may have their endpoints in another order. */
  readonly dependsOnCaller: boolean;
  readonly origins: readonly Origin[];
}

/** Whose clusters they are. */
export interface ClusterScope {
  readonly namespace: string;
  /** Those that some rule asks about. */
  readonly labels: Labels;
  readonly routing: Routing;
}

/** The clusters of a host as callers in a namespace see it: one for each subset of each port, and one for all of the port. */
export function serviceClusters(
  world: CallerReader,
  host: string,
  { namespace, labels: clientLabels, routing }: ClusterScope,
): ServiceCluster[] {
  const service = world.service(host, namespace);
  if (service === undefined) return [];
  const { rule, origins } = rulesForService(world, service, namespace, clientLabels);
  const settings = world.settings();
  const subsets = ["", ...(rule?.subsets ?? []).map(({ name }) => name)];
  const isDiscovered = service.resolution === "static";
  return service.ports.flatMap((port) => {
    const all = resolveEndpoints(world, service, port);
    return subsets.map((subset): ServiceCluster => {
      const labels = rule?.subsets.find(({ name }) => name === subset)?.labels;
      const endpoints = subset === "" ? all : all.filter((endpoint) => matchesLabels(endpoint.labels, labels));
      const policy = resolveTrafficPolicy(rule, subset, port.number, settings.traffic);
      return {
        input: {
          name: outboundCluster(host, port.number, subset),
          service,
          port,
          subset,
          isLabelled: Object.keys(labels ?? {}).length > 0,
          endpoints,
          serviceEndpoints: all,
          policy,
          ruleCredentials: readRuleCredentials(world, policy, namespace),
          trustDomains: trustDomainsOf(world.mesh, settings),
          settings,
          routing,
          takesCredentials: ruleTls.givesCredentials(rule, routing === "none"),
        },
        endpoints,
        isDiscovered,
        dependsOnCaller: dependsOnCaller(localityRule(policy, settings), endpoints),
        origins,
      };
    });
  });
}

/** Of a cluster that another caller has otherwise, which resource that is: its endpoints, which may be part of the cluster. */
export function isCallers({ dependsOnCaller, isDiscovered }: ServiceCluster, type: XdsType): boolean {
  return dependsOnCaller && type === (isDiscovered ? "EDS" : "CDS");
}
