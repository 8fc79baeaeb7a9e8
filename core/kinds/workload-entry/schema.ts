import type { Infer } from "#core/schema/field.ts";
import { described, explicit, map, message, port, refused, string, uint32 } from "#core/schema/make-field.ts";

export const WORKLOAD_ENTRY = message({
  address: described(string("workload-address", 256), { doc: "An IP address, a DNS name or `unix:///path`" }),
  ports: described(explicit(map(port(), "port-name", 128)), {
    doc: "Name of the service's port → port of the workload",
  }),
  labels: described(map(string("label-value"), "label-key", 256), {
    doc: "By which services, policies and subsets select it",
    form: "label-pairs",
  }),
  network: refused("there is one network"),
  locality: refused("load balancing does not know localities yet"),
  weight: described(uint32(), { doc: "Its share of the requests, beside the weights of the others" }),
  serviceAccount: described(string("dns-name", 253), {
    doc: "The account that its certificate names",
    form: "account",
  }),
});
export type WorkloadEntrySpec = Infer<typeof WORKLOAD_ENTRY>;
