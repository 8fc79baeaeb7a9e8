import type { LayerChange } from "#core/xds/layer.ts";
import type { MutableLayer } from "#server/compile/mutable-layer.ts";
import { type Cell, forget, type Reader, type Recorder } from "#server/compile/recorder.ts";

/** Puts what was built in its place; returns only what differs. */
export type Install = () => readonly LayerChange[];

export interface UnitOptions<T extends object> {
  readonly recorder: Recorder;
  readonly layer: MutableLayer;
  /** Unique in its layer. */
  readonly name: string;
  /** Without effect: it may be asked again for the cause where it throws. */
  readonly build: () => T;
  readonly install: (built: T) => readonly LayerChange[];
  /** Refs of what it is built from, or more. */
  readonly suspects: () => readonly string[];
}

/**
 * A part of a layer that is built by itself: the clusters of a host, a workload's listeners. It is built again when an answer
 * that it read is another one; where that throws, it stays as it was, and every other one goes on.
 */
export class Unit implements Reader {
  reads: readonly Cell[] = [];
  readonly #stage: () => Install;
  #isGone = false;

  constructor(options: { readonly stage: (unit: Unit) => Install }) {
    this.#stage = () => options.stage(this);
  }

  /** Builds it, and leaves the layer as it is until what is returned is called. */
  stage(): Install {
    return this.#isGone ? NOTHING : this.#stage();
  }

  /** Builds it and puts it in place. */
  rebuild(): readonly LayerChange[] {
    return this.stage()();
  }

  /** Its layer is gone, or has no use for it any more. */
  end(): void {
    this.#isGone = true;
    forget(this);
  }
}

const NOTHING: Install = () => [];

export function makeUnit<T extends object>({ recorder, layer, name, build, install, suspects }: UnitOptions<T>): Unit {
  return new Unit({
    stage(unit) {
      const built = recorder.record(unit, () => layer.attempt(name, build, suspects));
      return built === undefined ? NOTHING : () => install(built);
    },
  });
}
