import type { CheckContext } from "#core/check/context.ts";
import type { Workload } from "#core/model/workload.ts";
import { type ForWorkloads, selectionOf } from "#core/resolve/policy-scope.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** What does not apply to some of its workloads, and the older ones that do. */
export interface Overruled<R> {
  readonly resource: R;
  readonly by: readonly [R, ...R[]];
}

/**
 * Of those of one kind for the same workloads the oldest alone speaks, and so it does of those for a whole namespace
 * (`findSpeaking`): the others, the oldest first.
 */
export function findOverruled<R extends ForWorkloads>(
  resources: readonly R[],
  { select, policyScope }: Pick<CheckContext, "select" | "policyScope">,
): Overruled<R>[] {
  /** By workload, or by namespace. */
  const speaking = new Map<Workload | string, R>();
  return [...resources].sort(byAge).flatMap((resource) => {
    const { namespace } = resource.metadata;
    const selection = selectionOf(resource, policyScope);
    const places =
      selection === "all" ? [namespace] : new Set(selection.flatMap((labels) => select(labels, namespace)));
    const [first, ...others] = new Set([...places].flatMap((place) => speaking.get(place) ?? []));
    for (const place of places) if (!speaking.has(place)) speaking.set(place, resource);
    return first === undefined ? [] : [{ resource, by: [first, ...others] }];
  });
}

/** `Sidecar/default/a and Sidecar/default/b are older and select some of the same workloads` */
export function describeOlder(by: readonly Pick<Resource, "kind" | "metadata">[]): string {
  const names = by.map((each) => formatRef(refOf(each))).join(" and ");
  return `${names} ${by.length === 1 ? "is older and selects" : "are older and select"} some of the same workloads`;
}
