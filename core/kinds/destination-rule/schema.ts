import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { MatchLabelsSelector } from "#core/kinds/workload-selector.ts";

export interface DestinationRuleSpec {
  readonly host: string;
  readonly exportTo?: readonly string[];
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
  /** Client workloads of the rule's own namespace that it applies to. */
  readonly workloadSelector?: MatchLabelsSelector;
}

export interface Subset {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly trafficPolicy?: TrafficPolicy;
}
