import type { Infer } from "#core/schema/field.ts";
import { boolean, described, explicit, integer, list, map, message, string } from "#core/schema/make-field.ts";

const PRIORITY = "LocalityLbEndpoints.priority";
const WEIGHT = "LocalityLbEndpoints.load_balancing_weight";

/** Which endpoints a caller prefers by where they and it are. */
export const LOCALITY_LB = message({
  enabled: described(explicit(boolean()), {
    envoy: PRIORITY,
    default: true,
    doc: "Whether it matters at all where endpoints are",
  }),
  distribute: described(
    list(
      message({
        from: described(string("header-text"), { envoy: WEIGHT, doc: "Callers there: region/zone/*" }),
        to: described(map(integer(), "header-text"), {
          envoy: WEIGHT,
          unit: "percent",
          doc: "Where endpoints are → percent of the requests; together 100",
        }),
      }),
    ),
    { envoy: WEIGHT, doc: "Shares of the requests by where callers are; elsewhere nothing is sent" },
  ),
  failover: described(
    list(
      message({
        from: described(string("header-text"), { envoy: PRIORITY, doc: "Region of callers" }),
        to: described(string("header-text"), { envoy: PRIORITY, doc: "The region that they use when theirs fails" }),
      }),
    ),
    {
      envoy: PRIORITY,
      doc: "To which other region callers go; by itself the nearest endpoints come first: same subzone, zone, region",
      note: "Needs outlierDetection, which is how a proxy finds out that endpoints fail",
    },
  ),
  failoverPriority: described(list(string("header-text")), {
    envoy: PRIORITY,
    doc: "Labels, the most important first: endpoints whose first ones are as the caller's own (or as KEY=VALUE says) come first",
    note: "Needs outlierDetection. Topology labels follow from the locality",
  }),
});
export type LocalityLb = Infer<typeof LOCALITY_LB>;
