import type { PlanSpec } from "#core/kinds/plan/schema.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** The Quotas and RateLimits that a plan says something of. */
export function limitsOfPlan(
  { metadata, spec }: { readonly metadata: { readonly namespace: string }; readonly spec: PlanSpec },
  resources: readonly AnyResource[],
): readonly (Resource<"Quota"> | Resource<"RateLimit">)[] {
  const names = (list: readonly { readonly name: string }[] = []): ReadonlySet<string> =>
    new Set(list.map(({ name }) => name));
  const [quotas, limits] = [names(spec.quotas), names(spec.limits)];
  return [
    ...ofKind(resources, "Quota").filter((each) => quotas.has(each.metadata.name)),
    ...ofKind(resources, "RateLimit").filter((each) => limits.has(each.metadata.name)),
  ].filter((each) => each.metadata.namespace === metadata.namespace);
}
