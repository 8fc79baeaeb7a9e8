import { TRAFFIC_POLICY } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, list, map, message, refused, required, string } from "#core/schema/make-field.ts";

const SUBSET = message({
  name: required(string("subset-name")),
  labels: described(map(string("label-value"), "label-key"), { form: "label-pairs" }),
  trafficPolicy: TRAFFIC_POLICY,
});
export type Subset = Infer<typeof SUBSET>;

export const DESTINATION_RULE = message({
  host: described(required(string("wildcard-host")), { form: "service" }),
  exportTo: list(string("export-to")),
  trafficPolicy: TRAFFIC_POLICY,
  subsets: list(SUBSET),
  workloadSelector: refused("a rule applies to all callers of its namespaces; write one rule for them"),
});
export type DestinationRuleSpec = Infer<typeof DESTINATION_RULE>;
