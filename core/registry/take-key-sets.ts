import type { SnapshotChange } from "#core/registry/snapshot.ts";

/** Puts key sets that have changed into those that are held, by where they are from; null is one that is held no longer. */
export function takeKeySets(held: Map<string, string>, changed: SnapshotChange["keySets"] = {}): void {
  for (const [location, keys] of Object.entries(changed)) {
    if (keys === null) held.delete(location);
    else held.set(location, keys);
  }
}
