import { namedCredentials } from "#core/kinds/destination-rule/named-credentials.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import { isForAll, type ResolvedRule, ruleHost } from "#core/resolve/destination-rule.ts";
import type { ClientTls } from "#core/resolve/traffic-settings.ts";
import type { Resource } from "#core/resource/resource.ts";

type Policies = Pick<ResolvedRule, "trafficPolicy" | "subsets">;

/** All that are written in it: of the rule, of its subsets and of ports. */
function of({ trafficPolicy, subsets }: Policies): readonly ClientTls[] {
  const ofPolicy = (policy: TrafficPolicy | undefined): readonly ClientTls[] => [
    ...(policy?.tls === undefined ? [] : [policy.tls]),
    ...(policy?.portLevelSettings ?? []).flatMap(({ tls }) => tls ?? []),
  ];
  return [...ofPolicy(trafficPolicy), ...subsets.flatMap((subset) => ofPolicy(subset.trafficPolicy))];
}

/**
 * Whether a caller is given the credentials that its rule names: a gateway is, and a sidecar where the rule is for some workloads of
 * its own namespace, whom its owner has chosen (Istio's `isDrWithSelector`).
 */
function givesCredentials(rule: Pick<ResolvedRule, "rules"> | undefined, isGateway: boolean): boolean {
  const first = rule?.rules[0];
  return isGateway || (first !== undefined && !isForAll(first));
}

/** The host of a rule that names credentials, as a whole name or a pattern; none of others. */
function credentialHosts(rule: Resource<"DestinationRule">, domainSuffix: string): readonly string[] {
  const { trafficPolicy, subsets = [] } = rule.spec;
  return of({ trafficPolicy, subsets }).some((tls) => namedCredentials(tls).length > 0)
    ? [ruleHost(rule, domainSuffix)]
    : [];
}

export const ruleTls = { named: namedCredentials, of, credentialHosts, givesCredentials };
