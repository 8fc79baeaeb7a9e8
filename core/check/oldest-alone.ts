import { describeOlder, findOverruled } from "#core/check/find-overruled.ts";
import type { Finding, ListCheck } from "#core/check/rule.ts";
import { type ForWorkloads, isChoosing, selectedLabels } from "#core/resolve/policy-scope.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

type Check = ListCheck<"ProxyConfig" | "Sidecar" | "Telemetry">;

/** The rule of a kind of which the oldest alone speaks for a workload: it finds those that do not apply to some of theirs. */
export function oldestAlone(rule: Omit<Check, "check">): Check {
  return {
    ...rule,
    check: (resources, context) =>
      findOverruled(resources, context).map(
        ({ resource, by }): Finding => ({
          severity: "warning",
          resource: formatRef(refOf(resource)),
          path: placeOf(resource),
          ...(isChoosing(resource)
            ? {
                message: `${describeOlder(by)}: this one does not apply to them`,
                hint: "write them into one, or let their selectors differ in the value of one label",
              }
            : {
                message: `${formatRef(refOf(by[0]))} is older and for the same workloads: it alone applies to them`,
                hint: "write both into one",
              }),
        }),
      ),
  };
}

function placeOf(resource: ForWorkloads): Finding["path"] {
  if (selectedLabels(resource) === undefined) return ["spec"];
  return ["spec", resource.spec.workloadSelector === undefined ? "selector" : "workloadSelector"];
}
