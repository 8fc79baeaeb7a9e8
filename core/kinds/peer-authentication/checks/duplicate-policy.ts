import type { KindCheck } from "#core/check/rule.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Of two PeerAuthentications of equal reach only the older applies. */
export const duplicatePolicy: KindCheck<"PeerAuthentication"> = {
  code: "duplicate-peer-authentication",
  kiali: "KIA0002",
  summary: "Two PeerAuthentications of one namespace select the same workloads; only the older one applies.",
  check(all) {
    const bySelector = new Map<string, Resource<"PeerAuthentication">[]>();
    for (const policy of all) {
      const labels = Object.entries(policy.spec.selector?.matchLabels ?? {}).sort(([left], [right]) =>
        left < right ? -1 : 1,
      );
      const key = JSON.stringify([policy.metadata.namespace, labels]);
      bySelector.set(key, [...(bySelector.get(key) ?? []), policy]);
    }
    return [...bySelector.values()].flatMap((policies) => {
      const [first, ...others] = policies.sort(byAge);
      return others.map((policy) => ({
        severity: "warning" as const,
        resource: formatRef(refOf(policy)),
        path: ["spec", "selector"],
        message: `${first === undefined ? "another one" : formatRef(refOf(first))} selects the same workloads; only the older of the two applies`,
        hint: "keep one of them",
      }));
    });
  },
};
