import type { CheckContext } from "#core/check/context.ts";
import type { CheckRule } from "#core/check/rule.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** A subset without instances answers 503 when a route points at it. */
export const destinationRuleSubsetLabels: CheckRule = {
  code: "subset-without-instances",
  kiali: "KIA0203",
  summary: "The labels of a subset are on no instance of the host.",
  check: (context) =>
    context.of("DestinationRule").flatMap((resource) => {
      const name = context.hosts.resolve(resource.spec.host, resource.metadata.namespace);
      const entry = context.hosts.find(name);
      const labels = entry === undefined ? [] : listEndpointLabels(context, entry);
      // A host whose endpoints are not known (DNS, none registered yet) says nothing about its subsets.
      if (labels.length === 0) return [];
      return (resource.spec.subsets ?? []).flatMap((subset, index) => {
        if (labels.some((each) => matchesLabels(each, subset.labels))) return [];
        const wanted = Object.entries(subset.labels ?? {}).map(([key, value]) => `${key}=${value}`);
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
    }),
};

function listEndpointLabels(
  { select }: CheckContext,
  entry: Resource<"ServiceEntry">,
): Readonly<Record<string, string>>[] {
  const selector = entry.spec.workloadSelector?.labels;
  const selected =
    selector === undefined ? [] : select(selector, entry.metadata.namespace).map((workload) => workload.labels);
  return [...selected, ...(entry.spec.endpoints ?? []).map((endpoint) => endpoint.labels ?? {})];
}
