import type { Infer } from "#core/schema/field.ts";
import { described, explicit, map, message, port, string, uint32 } from "#core/schema/make-field.ts";

export const WORKLOAD_ENTRY = message({
  address: described(string("workload-address", 256), {
    envoy: "Endpoint.address",
    doc: "An IP address, a DNS name or `unix:///path`",
  }),
  ports: described(explicit(map(port(), "port-name", 128)), {
    envoy: "SocketAddress.port_value",
    doc: "Name of the service's port → port of the workload",
  }),
  labels: described(map(string("label-value"), "label-key", 256), {
    envoy: "none: which services, subsets and policies it is of",
    doc: "By which services, policies and subsets select it",
    form: "label-pairs",
  }),
  network: described(string("label-value", 63), {
    envoy: "none: which subsets it is of, and for whom it comes first",
    doc: "Its label topology.istio.io/network, where it has none",
    note: "For subsets and failoverPriority. Whatever network it is in, it is called at its address: there are no gateways between networks",
  }),
  locality: described(string("locality", 256), {
    envoy: "LocalityLbEndpoints.locality",
    doc: "Where it runs: region/zone/subzone, or less of it",
    note: "Of a WorkloadGroup: where its instances may say that they run; they may say more, such as the zone of its region",
  }),
  weight: described(uint32(), {
    envoy: "LbEndpoint.load_balancing_weight",
    doc: "Its share of the requests, beside the weights of the others",
  }),
  serviceAccount: described(string("dns-name", 253), {
    envoy: "CertificateValidationContext.match_typed_subject_alt_names of callers",
    doc: "The account that its certificate names",
    form: "account",
  }),
});
export type WorkloadEntrySpec = Infer<typeof WORKLOAD_ENTRY>;
