import { inlineLimits } from "#core/resolve/inline-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** The Quotas and RateLimits that a plan says something of, and those that are written in it. */
export function limitsOfPlan(
  plan: Resource<"Plan">,
  resources: readonly AnyResource[],
): readonly (Resource<"Quota"> | Resource<"RateLimit">)[] {
  const { metadata, spec } = plan;
  const names = (list: readonly { readonly name: string; readonly spec?: unknown }[] = []): ReadonlySet<string> =>
    new Set(list.filter(({ spec: own }) => own === undefined).map(({ name }) => name));
  const [quotas, limits] = [names(spec.quotas), names(spec.limits)];
  const named = [
    ...ofKind(resources, "Quota").filter((each) => quotas.has(each.metadata.name)),
    ...ofKind(resources, "RateLimit").filter((each) => limits.has(each.metadata.name)),
  ].filter((each) => each.metadata.namespace === metadata.namespace);
  return [...named, ...inlineLimits(plan).map(({ resource }) => resource)];
}
