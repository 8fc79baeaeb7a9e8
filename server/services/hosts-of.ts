import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/** The host names a resource is about, as written. */
export function hostsOf(resource: AnyResource): readonly string[] {
  const definition: KindDefinition = KINDS[resource.kind];
  return definition.hosts?.(resource.spec) ?? [];
}
