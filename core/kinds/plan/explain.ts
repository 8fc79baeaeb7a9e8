import { describePlan } from "#core/kinds/plan/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainRouteReach } from "#core/resolve/explain-route-reach.ts";
import { limitsOfPlan } from "#core/resolve/limits-of-plan.ts";
import { standsOver } from "#core/resolve/policies.ts";
import type { Resource } from "#core/resource/resource.ts";

/** It bears on a service where it says something of limits over its workloads or over routes that lead to it, or has such limits of its own. */
export function explainPlan(plan: Resource<"Plan">, question: ServiceQuestion): ExplainedResource | undefined {
  const { reader, running, waiting, all } = question;
  const isBearing = limitsOfPlan(plan, [...all("Quota"), ...all("RateLimit")])
    .filter(({ spec }) => spec.mode !== "Off")
    .some(
      (limit) =>
        [...running, ...waiting].some((workload) => standsOver(limit, workload, reader.policyScope)) ||
        explainRouteReach(limit, "", question) !== undefined,
    );
  return isBearing ? { applies: true, reason: `gives ${describePlan(plan, reader.mesh.rootNamespace)}` } : undefined;
}
