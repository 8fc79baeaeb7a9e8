import type { Retention } from "#server/telemetry/ports/retention.ts";

/** How long what is kept, as it is at this moment: whoever holds it sees what it is set to. */
export class LiveRetention implements Retention {
  #current: Retention;

  constructor(current: Retention) {
    this.#current = current;
  }

  set(next: Retention): void {
    this.#current = next;
  }

  get tiersMs(): Retention["tiersMs"] {
    return this.#current.tiersMs;
  }

  get samplesMs(): number {
    return this.#current.samplesMs;
  }

  get spansMs(): number {
    return this.#current.spansMs;
  }

  get logsMs(): number {
    return this.#current.logsMs;
  }

  get pointsMs(): number {
    return this.#current.pointsMs;
  }

  get bytesMax(): number {
    return this.#current.bytesMax;
  }
}
