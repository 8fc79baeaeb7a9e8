import type { EachCheck } from "#core/check/rule.ts";
import { listEndpointLabels } from "#core/kinds/destination-rule/checks/list-endpoint-labels.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A subset without instances answers 503 when a route points at it. */
export const subsetLabels: EachCheck<"DestinationRule"> = {
  code: "subset-without-instances",
  kiali: "KIA0203",
  summary: "No instance of the host has the labels of a subset.",
  each: (resource, context) => {
    const { namespace } = resource.metadata;
    const name = context.hosts.resolve(resource.spec.host, namespace);
    const service = context.hosts.find(name, namespace);
    const labels = service === undefined ? [] : listEndpointLabels(context, service);
    // A host whose endpoints are not known (DNS, none registered yet) says nothing about its subsets.
    if (labels.length === 0) return [];
    return (resource.spec.subsets ?? []).flatMap((subset, index) => {
      if (labels.some((each) => matchesLabels(each, subset.labels))) return [];
      const wanted = writeLabels(subset.labels);
      return [
        {
          severity: "warning" as const,
          resource: formatRef(refOf(resource)),
          path: ["spec", "subsets", index, "labels"],
          message: `no instance of ${name} has the labels ${wanted.join(", ")}: the subset ${subset.name} is empty`,
          hint: "start an instance with these labels, or correct them",
        },
      ];
    });
  },
};
