import { describeOlder, findOverruled } from "#core/check/find-overruled.ts";
import type { Finding, KindCheck } from "#core/check/rule.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Of several PeerAuthentications with a selector that matches a workload the oldest alone speaks. */
export const overlappingPolicies: KindCheck<"PeerAuthentication"> = {
  code: "overlapping-peer-authentications",
  summary: "The selectors of two PeerAuthentications match the same workload; only the older one applies to it.",
  check: (policies, context) =>
    findOverruled(policies, context).flatMap(({ resource, by }): Finding[] => {
      const others = by.filter((older) => !isSameSelector(selectedLabels(older), selectedLabels(resource)));
      if (others.length === 0) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(resource)),
          path: ["spec", "selector"],
          message: `${describeOlder(others)}: this policy and its port settings do not apply to them`,
          hint: "let their selectors differ in the value of one label, or write both into one policy",
        },
      ];
    }),
};

/** Equal selectors have a finding of their own, and so have two for all of a namespace. */
function isSameSelector(a: Labels = {}, b: Labels = {}): boolean {
  return matchesLabels(a, b) && matchesLabels(b, a);
}
