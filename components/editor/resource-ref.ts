import { listOf, recordOf, textOf } from "#core/form/read-loosely.ts";

/** `VirtualService/default/reviews` as the document's value names itself; null while kind or name are missing. */
export function readRef(value: unknown): string | null {
  const { kind, metadata } = recordOf(value);
  const { name, namespace } = recordOf(metadata);
  if (textOf(kind) === "" || textOf(name) === "") return null;
  return `${textOf(kind)}/${textOf(namespace) || "default"}/${textOf(name)}`;
}

/** The resource that a conflict's message names first: "VirtualService/default/reviews was changed by …". */
export function conflictRef(message: string): string | null {
  return /[A-Z][A-Za-z]+\/[a-z0-9-]+\/[a-z0-9.-]+/.exec(message)?.[0] ?? null;
}

/** Subsets that a DestinationRule's value lists. */
export function countSubsets(value: unknown): number {
  return listOf(recordOf(recordOf(value).spec).subsets).length;
}
