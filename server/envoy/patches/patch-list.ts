import type { PatchOperation } from "#core/resolve/envoy-patches.ts";

export interface ListPatch<T> {
  readonly operation: PatchOperation;
  /** Whether it names one of the list; where it does not, all of them are meant. */
  readonly isNamed: boolean;
  /** Whether it means this one. */
  matches(item: T): boolean;
  /** What it brings, new each time. */
  make(): T;
}

/**
 * The list with a filter added, inserted, replaced or removed as Istio's patches of filters do; undefined where nothing is another.
 * Without a name INSERT_BEFORE goes to the front and INSERT_AFTER to the end, and REPLACE and REMOVE do nothing.
 */
export function patchList<T>(
  items: readonly T[],
  { operation, isNamed, matches, make }: ListPatch<T>,
): T[] | undefined {
  const at = items.findIndex(matches);
  switch (operation) {
    case "ADD":
      return [...items, make()];
    case "INSERT_FIRST":
      return [make(), ...items];
    case "INSERT_AFTER":
      if (!isNamed) return [...items, make()];
      return at < 0 ? undefined : items.toSpliced(at + 1, 0, make());
    case "INSERT_BEFORE":
      if (!isNamed) return [make(), ...items];
      return at < 0 ? undefined : items.toSpliced(at, 0, make());
    case "REPLACE":
      return at < 0 || !isNamed ? undefined : items.toSpliced(at, 1, make());
    case "REMOVE":
      return at < 0 || !isNamed ? undefined : items.filter((item) => !matches(item));
    default:
      return undefined;
  }
}
