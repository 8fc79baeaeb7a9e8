import { nameInline, planWrittenIn } from "#core/rate-limit/rule-name.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

export type LimitKind = "Quota" | "RateLimit";

export interface InlineLimit {
  /** As everything reads it that reads RateLimits and Quotas: only the plan's consumers are counted by it. */
  readonly resource: Resource<"Quota"> | Resource<"RateLimit">;
  /** Where it is written in the plan; what the resource says at `spec…` is said at this and `spec…`. */
  readonly path: Path;
}

/** By the plan: who asks again gets the same objects. */
const derived = new WeakMap<Resource<"Plan">, readonly InlineLimit[]>();

/** Where each of them is written in its plan. */
const places = new WeakMap<Resource<LimitKind>, Path>();

/** What is written in a plan itself, as resources: RateLimits and Quotas that are named PLAN~ITEM. */
export function inlineLimits(plan: Resource<"Plan">): readonly InlineLimit[] {
  const known = derived.get(plan);
  if (known !== undefined) return known;
  const made = derive(plan);
  derived.set(plan, made);
  for (const { resource, path } of made) places.set(resource, path);
  return made;
}

function derive({ apiVersion, metadata, spec }: Resource<"Plan">): readonly InlineLimit[] {
  const own = (item: string) => ({ apiVersion, metadata: { ...metadata, name: nameInline(metadata.name, item) } });
  return [
    ...(spec.quotas ?? []).flatMap(({ name, spec: quota }, index): InlineLimit[] =>
      quota === undefined
        ? []
        : [{ resource: { ...own(name), kind: "Quota", spec: quota }, path: ["spec", "quotas", index] }],
    ),
    ...(spec.limits ?? []).flatMap(({ name, spec: limit }, index): InlineLimit[] =>
      limit === undefined
        ? []
        : [{ resource: { ...own(name), kind: "RateLimit", spec: limit }, path: ["spec", "limits", index] }],
    ),
  ];
}

/** RateLimits, or Quotas, of these plans. */
export function inlineOf<K extends LimitKind>(kind: K, plans: readonly Resource<"Plan">[]): readonly Resource<K>[] {
  return plans.flatMap((plan) =>
    ofKind(
      inlineLimits(plan).map(({ resource }) => resource),
      kind,
    ),
  );
}

/** All RateLimits, or Quotas: resources of their own, and behind them those that are written in plans. */
export function limitsOf<K extends LimitKind>(kind: K, resources: readonly AnyResource[]): readonly Resource<K>[] {
  return [...ofKind(resources, kind), ...inlineOf(kind, ofKind(resources, "Plan"))];
}

/** The resource in which a RateLimit or Quota is written: itself, or its plan. */
export function writtenIn(limit: Resource<LimitKind>): string {
  const { namespace, name } = limit.metadata;
  const plan = planWrittenIn(name);
  return plan === undefined ? formatRef(refOf(limit)) : `Plan/${namespace}/${plan}`;
}

/** Where in that its `spec` is: `spec.limits[2].spec` of one that is written in a plan. */
export function placeIn(limit: Resource<LimitKind>): string {
  return formatPath([...(places.get(limit) ?? []), "spec"]);
}
