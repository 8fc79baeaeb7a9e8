import { explainRouting } from "#core/form/explain-routing.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** Of kinds whose effect is told as their form reads them. */
const BY_FORM: { readonly [K in Kind]?: (resource: Resource<K>) => string } = { VirtualService: describeRouting };

/**
 * What a resource does, in a line for a list; empty where its policy needs the catalog to be told (AuthorizationPolicy).
 * `rootNamespace` is where a policy is for the whole mesh.
 */
export function describeEffect(resource: AnyResource, rootNamespace: string): string {
  const definition: KindDefinition = KINDS[resource.kind];
  const byForm = BY_FORM[resource.kind] as ((resource: AnyResource) => string) | undefined;
  return definition.effect?.(resource, rootNamespace) ?? byForm?.(resource) ?? "";
}

function describeRouting(resource: Resource<"VirtualService">): string {
  const [first, ...rest] = explainRouting(readRoutingForm(resource));
  const tcp = resource.spec.tcp?.length ?? 0;
  if (first === undefined) return tcp > 0 ? "Routes TCP connections." : "No rule yet: nothing is routed.";
  const more = rest.length + tcp;
  return more === 0 ? first : `${first} And ${more} more ${more === 1 ? "rule" : "rules"}.`;
}
