import type { ProxyNode } from "#core/xds/layer.ts";
import { type Cell, forget, type Reader, type Recorder } from "#server/compile/recorder.ts";

/** With whom a node shares a layer, as a text that is equal for those who do. */
export class Placement implements Reader {
  readonly node: ProxyNode;
  reads: readonly Cell[] = [];
  readonly #recorder: Recorder;
  readonly #place: () => string;
  #at: string;
  #isGone = false;

  constructor(node: ProxyNode, recorder: Recorder, place: () => string) {
    this.node = node;
    this.#recorder = recorder;
    this.#place = place;
    this.#at = recorder.record(this, place);
  }

  /** Whether it shares with others than when this was last asked. */
  hasMoved(): boolean {
    // It may have left while a change was being compiled; what it would read now would hold it for ever.
    if (this.#isGone) return false;
    const before = this.#at;
    this.#at = this.#recorder.record(this, this.#place);
    return this.#at !== before;
  }

  end(): void {
    this.#isGone = true;
    forget(this);
  }
}
