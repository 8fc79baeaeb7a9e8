import { describeOlder, findOverruled } from "#core/check/find-overruled.ts";
import type { Finding, ListCheck } from "#core/check/rule.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { isChoosing, selectedLabels } from "#core/resolve/policy-scope.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Named = "ProxyConfig" | "Sidecar" | "Telemetry";
type Check = ListCheck<Named>;

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

/** Where it says for whom it is, or all that it says. */
function placeOf(resource: Resource<Named>): Finding["path"] {
  if (selectedLabels(resource) === undefined) return ["spec"];
  const definition: KindDefinition = KINDS[resource.kind];
  return definition.selector?.(resource.spec)?.path ?? ["spec"];
}
