import type { EachCheck } from "#core/check/rule.ts";
import { type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

type Targeting =
  | Resource<"AuthorizationPolicy">
  | Resource<"Quota">
  | Resource<"RateLimit">
  | Resource<"RequestAuthentication">
  | Resource<"Telemetry">
  | Resource<"TrafficExtension">
  | Resource<"WasmPlugin">;

/** A policy whose targets are not there, or have no workload of the policy's namespace, guards nobody by them. */
export const policyTargetFound = {
  code: "policy-target-not-found",
  summary:
    "A policy names a Service, ServiceEntry or Gateway that is not in its namespace, or that has no workload there.",
  each(resource: Targeting, context) {
    const { metadata, spec } = resource;
    const { namespace } = metadata;
    const place = (index: number): Path =>
      "targetRefs" in spec && (spec.targetRefs ?? []).length > 0
        ? ["spec", "targetRefs", index]
        : ["spec", "targetRef"];
    return targetsOf<PolicyTarget>(spec).flatMap((target, index) => {
      const labels = context.policyScope.targeted(namespace, target);
      if (labels.some((each) => context.select(each, namespace).length > 0)) return [];
      const found = { severity: "warning", resource: formatRef(refOf(resource)), path: place(index) } as const;
      const { kind, name } = target;
      return isThere(target, labels.length)
        ? [
            {
              ...found,
              message: `${kind} ${name} has no workload in namespace ${namespace}`,
              hint: "policies with targets are for workloads of their own namespace: write it where they run, or apply a WorkloadGroup that has the labels",
            },
          ]
        : [
            {
              ...found,
              path: [...found.path, "name"],
              message: `there is no ${kind} ${name} with a selector in namespace ${namespace}`,
              hint:
                kind === "Gateway"
                  ? "name one of this namespace that has a selector (one without is served by every gateway, and targets none), or choose workloads with selector"
                  : "name one of this namespace, or choose workloads with selector",
            },
          ];
    });
  },
} satisfies EachCheck<Targeting["kind"]>;

/** A Gateway is always looked for by one label besides. */
function isThere({ kind }: PolicyTarget, found: number): boolean {
  return found > (kind === "Gateway" ? 1 : 0);
}
