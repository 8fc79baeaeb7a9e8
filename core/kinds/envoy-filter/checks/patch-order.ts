import type { CheckContext } from "#core/check/context.ts";
import type { Finding, ListCheck } from "#core/check/rule.ts";
import { type Patch, patchesOf } from "#core/resolve/envoy-patches.ts";
import { isChoosing } from "#core/resolve/policy-scope.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Filter = Resource<"EnvoyFilter">;

/** What is done beside or to a filter that another EnvoyFilter brings, is done only once that is there. */
export const patchOrder: ListCheck<"EnvoyFilter"> = {
  code: "patch-order-by-age",
  summary:
    "An EnvoyFilter names a filter that another one of the same priority inserts: which is older decides whether it is there yet (Istio's IST0151).",
  check(filters, context) {
    const bringing = Map.groupBy(
      filters
        .flatMap((filter) => patchesOf(filter).map((patch) => ({ filter, patch })))
        .filter(({ patch }) => brings(patch)),
      ({ patch }) => keyOf(patch, patch.value?.name),
    );
    if (bringing.size === 0) return [];
    return filters.flatMap((filter) =>
      patchesOf(filter).flatMap((patch) => {
        const named = namedBy(patch);
        if (named === undefined) return [];
        const others = (bringing.get(keyOf(patch, named)) ?? []).filter(
          (other) => other.filter !== filter && isByAge(filter, other.filter, context) && meet(patch, other.patch),
        );
        return others.length === 0 ? [] : [tell(filter, patch, named, others)];
      }),
    );
  },
};

function keyOf({ target }: Patch, name: unknown): string {
  return `${target} ${String(name)}`;
}

function brings({ operation, value }: Patch): boolean {
  return (operation === "ADD" || operation.startsWith("INSERT_")) && typeof value?.name === "string";
}

/** The filter beside which, or to which, something is done; undefined where the place is said without one. */
function namedBy({ operation, target, listener }: Patch): string | undefined {
  if (operation === "ADD" || operation === "INSERT_FIRST") return undefined;
  const filter = listener?.filterChain?.filter;
  if (target === "HTTP_FILTER") return filter?.subFilter?.name;
  if (target === "NETWORK_FILTER") return filter?.name;
  return target === "LISTENER_FILTER" ? listener?.listenerFilter : undefined;
}

/** Nothing but their age says which of the two comes first, and some workload has both. */
function isByAge(own: Filter, other: Filter, { mesh, select }: CheckContext): boolean {
  const [ours, others] = [own.metadata.namespace, other.metadata.namespace];
  if (ours !== others || (own.spec.priority ?? 0) !== (other.spec.priority ?? 0)) return false;
  if (!isChoosing(own) || !isChoosing(other)) return true;
  const [labels, more] = [labelsOf(own), labelsOf(other)];
  return (
    Object.entries(labels).every(([key, value]) => (more[key] ?? value) === value) &&
    select({ ...labels, ...more }, ours === mesh.rootNamespace ? undefined : ours).length > 0
  );
}

function labelsOf({ spec }: Filter): Labels {
  return spec.workloadSelector?.labels ?? {};
}

function meet(own: Patch, other: Patch): boolean {
  return own.context === "ANY" || other.context === "ANY" || own.context === other.context;
}

function tell(
  filter: Filter,
  { index }: Patch,
  named: string,
  others: readonly { readonly filter: Filter }[],
): Finding {
  const names = [...new Set(others.map((other) => formatRef(refOf(other.filter))))].sort().join(", ");
  return {
    severity: "info",
    resource: formatRef(refOf(filter)),
    path: ["spec", "configPatches", index, "match"],
    message: `${named} comes from ${names}: this patch finds it only as long as that is the older of the two`,
    hint: "set a higher spec.priority here",
  };
}
