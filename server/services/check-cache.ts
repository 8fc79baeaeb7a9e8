import type { CheckedAlone } from "#core/check/check-config.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** Checks of the configuration as it stands, made once per snapshot; or as it would stand after a change. */
export class CheckCache {
  readonly #state: MeshState;
  readonly #check: (snapshot: Snapshot, alone: CheckedAlone) => readonly Diagnostic[];
  readonly #alone: CheckedAlone = new WeakMap();
  #of: Snapshot | undefined;
  #diagnostics: readonly Diagnostic[] = [];

  constructor(state: MeshState, check: (snapshot: Snapshot, alone: CheckedAlone) => readonly Diagnostic[]) {
    this.#state = state;
    this.#check = check;
  }

  run(change?: SnapshotChange): readonly Diagnostic[] {
    const snapshot = this.#state.snapshot();
    if (change !== undefined) return this.#check(applied(snapshot, change), this.#alone);
    if (this.#of !== snapshot) {
      this.#of = snapshot;
      this.#diagnostics = this.#check(snapshot, this.#alone);
    }
    return this.#diagnostics;
  }
}

function applied(snapshot: Snapshot, change: SnapshotChange): Snapshot {
  const gone = new Set([
    ...change.upserts.map((resource) => formatRef(refOf(resource))),
    ...change.deletes.map(formatRef),
  ]);
  return {
    ...snapshot,
    revision: change.revision,
    resources: [...snapshot.resources.filter((resource) => !gone.has(formatRef(refOf(resource)))), ...change.upserts],
  };
}
