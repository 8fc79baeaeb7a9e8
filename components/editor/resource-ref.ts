import { listOf, recordOf, textOf } from "#core/form/read-loosely.ts";

/** `VirtualService/default/reviews` as the document's value names itself; null while kind or name are missing. */
export function readRef(value: unknown): string | null {
  const { kind, metadata } = recordOf(value);
  const { name, namespace } = recordOf(metadata);
  if (textOf(kind) === "" || textOf(name) === "") return null;
  return `${textOf(kind)}/${textOf(namespace) || "default"}/${textOf(name)}`;
}

/** Subsets that a DestinationRule's value lists. */
export function countSubsets(value: unknown): number {
  return listOf(recordOf(recordOf(value).spec).subsets).length;
}
