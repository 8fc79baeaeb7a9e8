import type { Snapshot } from "#core/registry/snapshot.ts";

/** A function of the snapshot, worked out once for each while somebody holds it: snapshots never change. */
export function perSnapshot<T>(make: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  const known = new WeakMap<Snapshot, { readonly made: T }>();
  return (snapshot) => {
    let found = known.get(snapshot);
    if (found === undefined) {
      found = { made: make(snapshot) };
      known.set(snapshot, found);
    }
    return found.made;
  };
}
