import { describePlan } from "#core/kinds/plan/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainRouteReach } from "#core/resolve/explain-route-reach.ts";
import { inlineLimits } from "#core/resolve/inline-limits.ts";
import { amountIn, isWrittenIn } from "#core/resolve/plans.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { readLimits } from "#core/resolve/rate-limits.ts";
import type { Resource } from "#core/resource/resource.ts";

/** It bears on a service where it says something of what stands over its workloads, or has limits of its own that do, or over routes that lead to it. */
export function explainPlan(plan: Resource<"Plan">, question: ServiceQuestion): ExplainedResource | undefined {
  const { reader, running, waiting } = question;
  const isOverIt = [...running, ...waiting].some(({ namespace, labels }) =>
    [...readQuotas(reader.quotasOver(namespace, labels)), ...readLimits(reader.rateLimitsOver(namespace, labels))].some(
      (rule) => amountIn(plan, rule) !== undefined || isWrittenIn(plan, rule),
    ),
  );
  const isBearing =
    isOverIt || inlineLimits(plan).some(({ resource }) => explainRouteReach(resource, "", question) !== undefined);
  return isBearing ? { applies: true, reason: `gives ${describePlan(plan, reader.mesh.rootNamespace)}` } : undefined;
}
