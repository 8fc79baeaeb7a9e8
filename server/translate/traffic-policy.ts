import type { Resource } from "#core/resource/resource.ts";
import type { PortTrafficPolicy, TrafficPolicy } from "#core/resource/spec/traffic-policy.ts";

/** The part of a policy that holds for one port: port-level settings replace the general ones whole, as in Istio. */
function forPort(policy: TrafficPolicy | undefined, port: number): PortTrafficPolicy {
  if (policy === undefined) return {};
  const own = policy.portLevelSettings?.find((each) => each.port?.number === port);
  return own ?? policy;
}

/** What a DestinationRule asks of one port of one subset; a subset's settings win over the rule's, one group at a time. */
export function resolveTrafficPolicy(
  rule: Resource<"DestinationRule"> | undefined,
  subset: string,
  port: number,
): PortTrafficPolicy {
  const general = forPort(rule?.spec.trafficPolicy, port);
  const own = forPort(rule?.spec.subsets?.find(({ name }) => name === subset)?.trafficPolicy, port);
  const merged = { ...general, ...own };
  const { loadBalancer, connectionPool, outlierDetection, tls } = merged;
  return {
    ...(loadBalancer === undefined ? {} : { loadBalancer }),
    ...(connectionPool === undefined ? {} : { connectionPool }),
    ...(outlierDetection === undefined ? {} : { outlierDetection }),
    ...(tls === undefined ? {} : { tls }),
  };
}
