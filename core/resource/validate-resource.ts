import type { Diagnostic } from "#core/diagnostic.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/** What the fields of a resource say against each other, as Istio's webhook would; its fields are right one by one. */
export function validateResource(resource: AnyResource): Diagnostic[] {
  const definition: KindDefinition = KINDS[resource.kind];
  return definition.validate(resource);
}
