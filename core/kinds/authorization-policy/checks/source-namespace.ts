import type { EachCheck } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A namespace that is misspelt lets nobody in, and keeps nobody out. */
export const sourceNamespace: EachCheck<"AuthorizationPolicy"> = {
  code: "namespace-not-found",
  kiali: "KIA0101",
  summary: "An AuthorizationPolicy names a namespace without workloads or resources.",
  each: (resource, { namespaces }) =>
    (resource.spec.rules ?? []).flatMap((rule, index) =>
      (rule.from ?? []).flatMap(({ source }, position) =>
        (["namespaces", "notNamespaces"] as const).flatMap((member) =>
          (source?.[member] ?? []).flatMap((namespace, place) => {
            // A pattern is for namespaces that come, too.
            if (namespace.includes("*") || namespaces.has(namespace)) return [];
            return [
              {
                severity: "warning" as const,
                resource: formatRef(refOf(resource)),
                path: ["spec", "rules", index, "from", position, "source", member, place],
                message: `the namespace ${namespace} has no workloads or resources`,
                hint: `namespaces with workloads or resources: ${[...namespaces].sort().join(", ")}`,
              },
            ];
          }),
        ),
      ),
    ),
};
