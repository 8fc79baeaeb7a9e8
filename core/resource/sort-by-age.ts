import { byAge } from "#core/resource/by-age.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/** Lists of resources are replaced, not changed: one that was sorted is sorted for all who ask. */
const known = new WeakMap<readonly AnyResource[], readonly AnyResource[]>();

/** The same resources, the oldest first; worked out once for each list. */
export function sortByAge(resources: readonly AnyResource[]): readonly AnyResource[] {
  let aged = known.get(resources);
  if (aged === undefined) {
    aged = [...resources].sort(byAge);
    known.set(resources, aged).set(aged, aged);
  }
  return aged;
}
