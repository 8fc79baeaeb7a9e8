import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/** What the fields of a resource say against each other, as Istio's webhook would; its fields are right one by one. */
export function validateResource(resource: AnyResource): Diagnostic[] {
  const definition: KindDefinition = KINDS[resource.kind];
  const { only } = definition;
  const { name, namespace } = resource.metadata;
  return only === undefined || (name === only.name && namespace === only.namespace)
    ? definition.validate(resource)
    : [
        errorAt(
          ["metadata", name === only.name ? "namespace" : "name"],
          "bad-value",
          `there is one ${resource.kind}: ${only.name} in ${only.namespace}`,
          `name it ${only.name}, in the namespace ${only.namespace}`,
        ),
      ];
}
