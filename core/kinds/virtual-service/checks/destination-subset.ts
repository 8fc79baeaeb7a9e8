import type { EachCheck } from "#core/check/rule.ts";
import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A route to a subset that no DestinationRule defines answers 503. */
export const destinationSubset: EachCheck<"VirtualService"> = {
  code: "subset-not-found",
  kiali: "KIA1107",
  summary: "A VirtualService sends requests to a subset that no DestinationRule of the host defines for its namespace.",
  each: (resource, { hosts, subsetsOf }) =>
    listDestinations(resource.spec).flatMap(({ destination, path }) => {
      if (destination.subset === undefined) return [];
      const { namespace } = resource.metadata;
      const host = hosts.resolve(destination.host, namespace);
      const names = subsetsOf(host, namespace);
      if (names.has(destination.subset)) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(resource)),
          path: [...path, "subset"],
          message: `no DestinationRule that holds for namespace ${namespace} defines the subset ${destination.subset} of ${host}: requests sent to it fail with 503`,
          hint:
            names.size === 0
              ? `write a DestinationRule for ${host} with this subset`
              : `its subsets are ${[...names].join(", ")}`,
        },
      ];
    }),
};
