import type { EachCheck } from "#core/check/rule.ts";
import { foundBy, isOfRoutes, type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import type { Labels } from "#core/resource/labels.ts";
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
    "A policy or limit names a Service, ServiceEntry, Gateway or WorkloadGroup that is not in its namespace, or that has no workload there, or a VirtualService by which no gateway routes.",
  each(resource: Targeting, context) {
    const { metadata, spec } = resource;
    const { namespace } = metadata;
    const place = (index: number): Path =>
      "targetRefs" in spec && (spec.targetRefs ?? []).length > 0
        ? ["spec", "targetRefs", index]
        : ["spec", "targetRef"];
    return targetsOf<PolicyTarget>(spec).flatMap((target, index) => {
      const labels = context.policyScope.targeted(namespace, target);
      const isServed = (each: Labels): boolean =>
        context.select(each, isOfRoutes(target) ? undefined : namespace).length > 0;
      const isNamed = !isOfRoutes(target) || context.policyScope.routed(namespace, target).length > 0;
      if (isNamed && labels.some(isServed)) return [];
      const found = { severity: "warning", resource: formatRef(refOf(resource)), path: place(index) } as const;
      if (isOfRoutes(target))
        return [{ ...found, ...describeRoutes(target, namespace, context.policyScope, labels, found.path) }];
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
              message: `there is no ${kind} ${name} with ${foundBy(target) === "group" ? "labels" : "a selector"} in namespace ${namespace}`,
              hint:
                kind === "Gateway"
                  ? "name one of this namespace that has a selector (one without is served by every gateway, and targets none), or choose workloads with selector"
                  : "name one of this namespace, or choose workloads with selector",
            },
          ];
    });
  },
} satisfies EachCheck<Targeting["kind"]>;

/** Why a VirtualService, or a route of it, is no target. */
function describeRoutes(
  { name, sectionName, ...target }: PolicyTarget,
  namespace: string,
  scope: PolicyScope,
  gateways: readonly Labels[],
  path: Path,
): { readonly path: Path; readonly message: string; readonly hint: string } {
  const service = `VirtualService ${name}`;
  if (scope.routed(namespace, { ...target, name }).length === 0)
    return {
      path: [...path, "name"],
      message: `there is no ${service} in namespace ${namespace}`,
      hint: "name one of this namespace, or choose workloads with selector",
    };
  if (scope.routed(namespace, { ...target, name, ...(sectionName === undefined ? {} : { sectionName }) }).length === 0)
    return {
      path: [...path, "sectionName"],
      message: `${service} has no HTTP route named ${sectionName}`,
      hint: "name one of its routes (http[].name), or leave sectionName out for all of them",
    };
  return {
    path,
    message:
      gateways.length === 0
        ? `${service} names no gateway that has a selector: callers in the mesh route by themselves, where nothing is counted`
        : `no workload serves a gateway of ${service}`,
    hint: "name a gateway in it that workloads serve, or name the Service that it leads to as the target",
  };
}

/** A Gateway is always looked for by one label besides. */
function isThere({ kind }: PolicyTarget, found: number): boolean {
  return found > (kind === "Gateway" ? 1 : 0);
}
