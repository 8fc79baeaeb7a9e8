import type { Kind } from "#core/kinds/kinds.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** Those of one kind, in their order; of resources, or of whatever names one. */
export function ofKind<K extends Kind>(resources: readonly AnyResource[], kind: K): readonly Resource<K>[];
export function ofKind<T extends { readonly kind: Kind }>(items: readonly T[], kind: Kind): readonly T[];
export function ofKind<T extends { readonly kind: Kind }>(items: readonly T[], kind: Kind): readonly T[] {
  return items.filter((item) => item.kind === kind);
}
