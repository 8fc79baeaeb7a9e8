import { PORT_SELECTOR } from "#core/kinds/port-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, message, required, string } from "#core/schema/make-field.ts";

/** A service, by name as in the resource's namespace, and maybe one of its subsets. */
export const DESTINATION = described(
  message({
    host: described(required(string("host")), { form: "service" }),
    subset: string("subset-name"),
    port: PORT_SELECTOR,
  }),
  { envoy: "RouteAction.cluster, WeightedCluster.ClusterWeight.name: host, subset and port together" },
);
export type Destination = Infer<typeof DESTINATION>;
