import type { Kind } from "#core/kinds/kinds.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** Those of one kind, in their order. */
export function ofKind<K extends Kind>(resources: readonly AnyResource[], kind: K): readonly Resource<K>[] {
  return resources.filter((resource) => resource.kind === kind) as unknown as readonly Resource<K>[];
}
