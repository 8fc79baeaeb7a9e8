import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import { concerned } from "#server/compile/derived-table.ts";
import { Holding } from "#server/compile/holding.ts";
import { Questions } from "#server/compile/questions.ts";
import { type Reader, Recorder } from "#server/compile/recorder.ts";
import { RecordingReader } from "#server/compile/recording-reader.ts";

/** What a change comes to for those who asked. */
export interface Concerned {
  /** Of whose answers at least one is, or may be, another. */
  readonly readers: ReadonlySet<Reader>;
  /** Hosts that nothing defined or named before. */
  readonly appeared: ReadonlySet<string>;
}

/** Configuration and registry with those who ask about them: who changes them is told whom that concerns. */
export class World {
  /** For whoever builds: reads alone. */
  readonly reader: LayerReader;
  readonly #recorder = new Recorder();
  readonly #holding: Holding;
  readonly #questions: Questions;

  constructor(snapshot: Snapshot) {
    this.#holding = new Holding(snapshot);
    this.#questions = new Questions(this.#recorder, this.#holding);
    this.reader = new RecordingReader(snapshot.mesh, this.#recorder, this.#holding, this.#questions);
  }

  apply(change: SnapshotChange): Concerned {
    const edit = this.#holding.apply(change);
    return { readers: concerned(this.#questions.touch(edit)), appeared: edit.appeared };
  }

  /** The change that takes `change` back. */
  inverse(change: SnapshotChange): SnapshotChange {
    return this.#holding.inverse(change);
  }

  /** What `ask` answers as if these resources were not there. Nobody depends on what it reads. */
  without<T>(refs: readonly string[], ask: () => T): T {
    return this.#holding.without(refs, () => this.#recorder.pause(ask));
  }
}
