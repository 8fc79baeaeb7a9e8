import type { TrafficPolicy, TrafficSettings } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";

const GROUPS = ["loadBalancer", "connectionPool", "outlierDetection", "tls"] as const;

/** A port's own settings stand alone: what they leave out is not taken from the settings around them, as in Istio. */
function ofPort(policy: TrafficPolicy | undefined, port: number): TrafficSettings | undefined {
  return policy?.portLevelSettings?.find((each) => each.port?.number === port);
}

/** What a DestinationRule asks of one port of one subset; a subset's settings win over the rule's, one group at a time. */
export function resolveTrafficPolicy(rule: ResolvedRule | undefined, subset: string, port: number): TrafficSettings {
  const own = rule?.subsets.find(({ name }) => name === subset)?.trafficPolicy;
  const general = ofPort(rule?.trafficPolicy, port) ?? rule?.trafficPolicy;
  const merged = ofPort(own, port) ?? { ...general, ...own };
  return Object.fromEntries(GROUPS.flatMap((group) => (merged[group] === undefined ? [] : [[group, merged[group]]])));
}
