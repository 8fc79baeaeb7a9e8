import type { Infer } from "#core/schema/field.ts";
import { boolean, described, explicit, integer, list, map, message, string } from "#core/schema/make-field.ts";

const PRIORITY = "LocalityLbEndpoints.priority";
const WEIGHT = "LocalityLbEndpoints.load_balancing_weight";

/** Who comes next as those before fail. */
const ORDER = {
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
};

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
  ...ORDER,
});
export type LocalityLb = Infer<typeof LOCALITY_LB>;

/** How zones of a region share what is called. */
export const ZONE_AWARE_LB = message({
  enabled: described(explicit(boolean()), {
    envoy: WEIGHT,
    doc: "Whether callers keep to their own zone as far as it is large enough for all who call from there",
    note: "true without it",
  }),
  ...ORDER,
  minClusterSize: described(explicit(integer(1)), {
    envoy: WEIGHT,
    doc: "With fewer endpoints all share alike",
    note: "6 without it",
  }),
});
export type ZoneAwareLb = Infer<typeof ZONE_AWARE_LB>;
