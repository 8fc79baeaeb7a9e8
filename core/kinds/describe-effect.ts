import type { KindDefinition, Written } from "#core/kinds/kind.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/**
 * What a resource does, in a line for a list; empty where that takes more than the resource (an AuthorizationPolicy's needs
 * the catalog). `rootNamespace` is where a policy is for the whole mesh.
 */
export function describeEffect(resource: Written<unknown> & { readonly kind: Kind }, rootNamespace: string): string {
  const definition: KindDefinition = KINDS[resource.kind];
  return definition.effect?.(resource, rootNamespace) ?? "";
}
