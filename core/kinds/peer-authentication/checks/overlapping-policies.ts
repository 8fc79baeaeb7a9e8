import type { Finding, KindCheck } from "#core/check/rule.ts";
import type { Workload } from "#core/model/workload.ts";
import { byAge } from "#core/resource/by-age.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Of several PeerAuthentications with a selector that matches a workload the oldest alone speaks. */
export const overlappingPolicies: KindCheck<"PeerAuthentication"> = {
  code: "overlapping-peer-authentications",
  summary: "The selectors of two PeerAuthentications match the same workload; only the older one applies to it.",
  check(policies, { select }) {
    const selecting = [...policies]
      .filter(({ spec }) => Object.keys(spec.selector?.matchLabels ?? {}).length > 0)
      .sort(byAge);
    const speaking = new Map<Workload, Resource<"PeerAuthentication">>();
    const overruled = new Map<string, Set<string>>();
    for (const policy of selecting) {
      const labels = policy.spec.selector?.matchLabels ?? {};
      for (const workload of select(labels, policy.metadata.namespace)) {
        const older = speaking.get(workload);
        if (older === undefined) speaking.set(workload, policy);
        else if (!sameSelector(older.spec.selector?.matchLabels, labels)) {
          const ref = formatRef(refOf(policy));
          overruled.set(ref, (overruled.get(ref) ?? new Set()).add(formatRef(refOf(older))));
        }
      }
    }
    return [...overruled].map(
      ([resource, by]): Finding => ({
        severity: "warning",
        resource,
        path: ["spec", "selector"],
        message: `${[...by].join(" and ")} ${by.size === 1 ? "is older and selects" : "are older and select"} some of the same workloads: this policy and its port settings do not apply to them`,
        hint: "let their selectors differ in the value of one label, or write both into one policy",
      }),
    );
  },
};

/** Equal selectors have a finding of their own. */
function sameSelector(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  return matchesLabels(a, b) && matchesLabels(b, a);
}
