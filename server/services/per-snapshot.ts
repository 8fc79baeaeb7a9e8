import type { Snapshot } from "#core/registry/snapshot.ts";

/** A function of the snapshot, worked out once for each: snapshots never change, and most questions are of the newest. */
export function perSnapshot<T>(make: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  let of: Snapshot | undefined;
  let made: T;
  return (snapshot) => {
    if (of !== snapshot) {
      made = make(snapshot);
      of = snapshot;
    }
    return made;
  };
}
