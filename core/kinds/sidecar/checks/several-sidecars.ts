import { describeOlder, findOverruled } from "#core/check/find-overruled.ts";
import type { Finding, KindCheck } from "#core/check/rule.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Of several Sidecars for a workload the oldest alone speaks (Istio's IST0110 and IST0111). */
export const severalSidecars: KindCheck<"Sidecar"> = {
  code: "several-sidecars",
  kiali: "KIA1006",
  summary: "Two Sidecars of one namespace are for the same workloads; only the older one applies to them.",
  check: (sidecars, context) =>
    findOverruled(sidecars, context).map(({ resource, by }): Finding => {
      const isForAll = selectedLabels(resource) === undefined;
      return {
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: isForAll ? ["spec"] : ["spec", "workloadSelector"],
        message: isForAll
          ? `${formatRef(refOf(by[0]))} is for all of the namespace too, and older: it applies`
          : `${describeOlder(by)}: this one does not apply to them`,
        hint: "keep one of them, or let their selectors differ in the value of one label",
      };
    }),
};
