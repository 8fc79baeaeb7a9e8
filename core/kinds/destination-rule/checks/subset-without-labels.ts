import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** It is all instances of the host, under a name that says otherwise. */
export const subsetWithoutLabels: EachCheck<"DestinationRule"> = {
  code: "subset-without-labels",
  kiali: "KIA0209",
  summary: "A subset has no labels, and no settings of its own: it is all instances of the host.",
  each: (resource) =>
    (resource.spec.subsets ?? []).flatMap(({ name, labels = {}, trafficPolicy }, index) =>
      Object.keys(labels).length > 0 || trafficPolicy !== undefined
        ? []
        : [
            {
              severity: "info" as const,
              resource: formatRef(refOf(resource)),
              path: ["spec", "subsets", index],
              message: `the subset ${name} has no labels: it is all instances of ${resource.spec.host}`,
              hint: "give it the labels of the instances that are meant, or route to the host without a subset",
            },
          ],
    ),
};
