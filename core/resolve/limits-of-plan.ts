import { inlineLimits } from "#core/resolve/inline-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** The Quotas and RateLimits that a plan says something of, and those that are written in it. */
export function limitsOfPlan(
  plan: Resource<"Plan">,
  resources: readonly AnyResource[],
): readonly (Resource<"Quota"> | Resource<"RateLimit">)[] {
  const { metadata, spec } = plan;
  const named = [
    ...ofKind(resources, "Quota").filter((each) => (spec.quotas ?? []).some((one) => isNamed(one, each))),
    ...ofKind(resources, "RateLimit").filter((each) =>
      (spec.limits ?? []).some((one) => isNamed(one, each) && each.spec.rules.some(({ name }) => name === one.rule)),
    ),
  ].filter((each) => each.metadata.namespace === metadata.namespace);
  return [...named, ...inlineLimits(plan).map(({ resource }) => resource)];
}

const isNamed = (
  { name, spec }: { readonly name: string; readonly spec?: unknown },
  { metadata }: Resource<"Quota"> | Resource<"RateLimit">,
): boolean => spec === undefined && metadata.name === name;
