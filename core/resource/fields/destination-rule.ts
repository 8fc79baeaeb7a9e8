import { type FieldTable, map, refused, required, string, under } from "#core/resource/field.ts";
import { TRAFFIC_POLICY } from "#core/resource/fields/traffic-policy.ts";

export const DESTINATION_RULE_FIELDS: FieldTable = {
  host: required(string("wildcard-host")),
  "exportTo[]": string("export-to"),
  ...under("trafficPolicy", TRAFFIC_POLICY),
  "subsets[].name": required(string("subset-name")),
  "subsets[].labels": map("label-key"),
  "subsets[].labels{}": string("label-value"),
  ...under("subsets[].trafficPolicy", TRAFFIC_POLICY),
  workloadSelector: refused("a rule applies to all callers of its namespaces; write one rule for them"),
};
