import type { PharosError } from "#core/errors.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { Mesh } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** Brings changes to the state of this thread and to the compiler's, one after another and in the same order. */
export class Publisher {
  readonly #state: MeshState;
  readonly #mesh: () => Mesh;
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();
  #revision: number;
  readonly #waiting = new Map<number, (() => void)[]>();

  constructor(state: MeshState, mesh: () => Mesh, onError: (error: PharosError | unknown) => void) {
    this.#state = state;
    this.#mesh = mesh;
    this.#onError = onError;
    this.#revision = state.revision;
  }

  publish(change: SnapshotChange): void {
    this.#state.apply(change);
    this.#last = this.#last
      .then(async () => void (await this.#mesh().apply(change)))
      .catch(this.#onError)
      .then(() => this.#reached(change.revision));
  }

  /** Resolves when the compiler has a revision. */
  published(revision: number): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(revision, [...(this.#waiting.get(revision) ?? []), resolve]));
  }

  #reached(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    for (const [wanted, resolves] of this.#waiting) {
      if (wanted > this.#revision) continue;
      this.#waiting.delete(wanted);
      for (const resolve of resolves) resolve();
    }
  }
}
