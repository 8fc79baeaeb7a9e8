import type { Finding, KindCheck } from "#core/check/rule.ts";
import { selectedLabels } from "#core/kinds/sidecar/selected-labels.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Sidecar = Resource<"Sidecar">;

/** Of several Sidecars for a workload the oldest alone speaks (Istio's IST0110 and IST0111). */
export const severalSidecars: KindCheck<"Sidecar"> = {
  code: "several-sidecars",
  kiali: "KIA1006",
  summary: "Two Sidecars of one namespace are for the same workloads; only the older one applies to them.",
  check(sidecars, { select }) {
    const findings: Finding[] = [];
    for (const own of Map.groupBy([...sidecars].sort(byAge), ({ metadata }) => metadata.namespace).values()) {
      const [first, ...others] = own.filter((each) => selectedLabels(each.spec) === undefined);
      for (const other of others)
        findings.push(found(other, ["spec"], `${name(first)} is for all of the namespace too, and older: it applies`));
      const speaking = new Map<unknown, Sidecar>();
      for (const each of own) {
        const labels = selectedLabels(each.spec);
        if (labels === undefined) continue;
        const selected = select(labels, each.metadata.namespace);
        const older = new Set(selected.flatMap((workload) => speaking.get(workload) ?? []));
        for (const workload of selected) if (!speaking.has(workload)) speaking.set(workload, each);
        if (older.size === 0) continue;
        const names = [...older].map(name).join(" and ");
        const message = `${names} ${older.size === 1 ? "is older and selects" : "are older and select"} some of the same workloads: this one does not apply to them`;
        findings.push(found(each, ["spec", "workloadSelector"], message));
      }
    }
    return findings;
  },
};

function name(resource: AnyResource | undefined): string {
  return resource === undefined ? "another one" : formatRef(refOf(resource));
}

function found(resource: Sidecar, path: Finding["path"], message: string): Finding {
  const hint = "keep one of them, or let their selectors differ in the value of one label";
  return { severity: "warning", resource: formatRef(refOf(resource)), path, message, hint };
}
