import { describePlan } from "#core/kinds/plan/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { amountIn, isWrittenIn } from "#core/resolve/plans.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { readLimits } from "#core/resolve/rate-limits.ts";
import type { Resource } from "#core/resource/resource.ts";

/** It bears on a service where it says something of what stands over its workloads. */
export function explainPlan(
  plan: Resource<"Plan">,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const isBearing = [...running, ...waiting].some(({ namespace, labels }) =>
    [...readQuotas(reader.quotasOver(namespace, labels)), ...readLimits(reader.rateLimitsOver(namespace, labels))].some(
      (rule) => amountIn(plan, rule) !== undefined || isWrittenIn(plan, rule),
    ),
  );
  return isBearing ? { applies: true, reason: `gives ${describePlan(plan, reader.mesh.rootNamespace)}` } : undefined;
}
