import { listDestinations } from "#core/check/destinations.ts";
import { underEnding } from "#core/check/host-index.ts";
import type { CheckRule } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A route to a subset that no DestinationRule defines answers 503. */
export const virtualServiceSubset: CheckRule = {
  code: "subset-not-found",
  kiali: "KIA1107",
  summary: "A VirtualService sends requests to a subset that no DestinationRule of the host defines.",
  check({ of, hosts }) {
    const subsets = new Map<string, Set<string>>();
    for (const { spec, metadata } of of("DestinationRule")) {
      const host = hosts.resolve(spec.host, metadata.namespace);
      const names = subsets.get(host) ?? new Set();
      for (const subset of spec.subsets ?? []) names.add(subset.name);
      subsets.set(host, names);
    }
    const wildcards = new Map(
      [...subsets].flatMap(([host, names]) => (host.startsWith("*") ? [[host.slice(1), names] as const] : [])),
    );
    return of("VirtualService").flatMap((resource) =>
      listDestinations(resource.spec).flatMap(({ destination, path }) => {
        if (destination.subset === undefined) return [];
        const host = hosts.resolve(destination.host, resource.metadata.namespace);
        const names = subsets.get(host) ?? underEnding(host, wildcards) ?? new Set<string>();
        if (names.has(destination.subset)) return [];
        return [
          {
            severity: "warning",
            resource: formatRef(refOf(resource)),
            path: [...path, "subset"],
            message: `no DestinationRule defines the subset ${destination.subset} of ${host}: requests sent to it fail with 503`,
            hint:
              names.size === 0
                ? `write a DestinationRule for ${host} with this subset`
                : `its subsets are ${[...names].join(", ")}`,
          },
        ];
      }),
    );
  },
};
