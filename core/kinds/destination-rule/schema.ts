import { TRAFFIC_POLICY } from "#core/kinds/destination-rule/traffic-policy.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, described, list, map, message, required, string } from "#core/schema/make-field.ts";

const SUBSET = message({
  name: becomes("Cluster.name", required(string("subset-name"))),
  labels: described(map(string("label-value"), "label-key"), {
    envoy: "ClusterLoadAssignment.endpoints: those with the labels",
    form: "label-pairs",
  }),
  trafficPolicy: described(TRAFFIC_POLICY, { doc: "What differs for it from the rule's own trafficPolicy" }),
});
export type Subset = Infer<typeof SUBSET>;

export const DESTINATION_RULE = message({
  host: described(required(string("wildcard-host")), {
    envoy: "Cluster.name",
    doc: "The service that is called; a short name is one of the namespace",
    form: "service",
  }),
  exportTo: described(list(string("export-to")), {
    envoy: "none: which proxies follow it",
    doc: "Namespaces that see it: * is all, . its own, ~ none",
  }),
  trafficPolicy: described(TRAFFIC_POLICY, { doc: "How callers connect: load balancing, limits, ejection, TLS" }),
  subsets: described(list(SUBSET), { doc: "Versions of the service by labels, for routes to name" }),
  workloadSelector: described(MATCH_LABELS, {
    doc: "Callers of its namespace that it is for; the others follow what else that namespace says of this host, or no rule",
  }),
});
export type DestinationRuleSpec = Infer<typeof DESTINATION_RULE>;
