import type { Checker } from "#core/check/check-config.ts";
import { setAside } from "#core/check/set-aside.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** Checks of the configuration, made once per snapshot while somebody holds it: as it stands, as it stood, or after a change. */
export class CheckCache {
  readonly #state: MeshState;
  readonly #checker: Pick<Checker, "check">;
  readonly #known = new WeakMap<Snapshot, readonly Diagnostic[]>();

  constructor(state: MeshState, checker: Pick<Checker, "check">) {
    this.#state = state;
    this.#checker = checker;
  }

  run(change?: SnapshotChange): readonly Diagnostic[] {
    const snapshot = this.#state.snapshot();
    if (change === undefined) return this.of(snapshot);
    const changed = applied(snapshot, change);
    return setAside(this.#checker.check(changed), changed.resources, Date.now());
  }

  /** Of a snapshot that is not the newest any more, when it is held against the one that is. */
  of(snapshot: Snapshot): readonly Diagnostic[] {
    let diagnostics = this.#known.get(snapshot);
    if (diagnostics === undefined) {
      diagnostics = this.#checker.check(snapshot);
      this.#known.set(snapshot, diagnostics);
    }
    return setAside(diagnostics, snapshot.resources, Date.now());
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
