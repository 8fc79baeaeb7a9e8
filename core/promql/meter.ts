import { PromqlError, TooManySamples } from "#core/promql/promql-error.ts";

export interface MeterOptions {
  /** Values that one query may hold. */
  readonly pointsMax: number;
  /** Why it has to end: too late, or nobody waits for it. */
  readonly isOver: () => "timeout" | "canceled" | undefined;
  /** Lets whatever else there is to do be done. */
  readonly pause: () => Promise<void>;
}

/** Values that are worked on between two pauses: a few ms. */
const WORK_PER_TURN = 200_000;

/** Bounds what one query costs: its memory, its time, and how long others wait for their turn. */
export class Meter {
  readonly #options: MeterOptions;
  #points = 0;
  #work = 0;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /** What may still be held. */
  get left(): number {
    return this.#options.pointsMax - this.#points;
  }

  hold(points: number): void {
    this.#points += points;
    if (this.#points > this.#options.pointsMax) throw new TooManySamples();
  }

  /** To be awaited where it answers something. */
  work(points: number): Promise<void> | undefined {
    this.#work += points + 1;
    return this.#work < WORK_PER_TURN ? undefined : this.#turn();
  }

  rest(): Promise<void> {
    return this.#turn();
  }

  async #turn(): Promise<void> {
    this.#work = 0;
    await this.#options.pause();
    this.check();
  }

  check(): void {
    const why = this.#options.isOver();
    if (why === "timeout") throw new PromqlError("timeout", "query timed out in expression evaluation");
    if (why === "canceled") throw new PromqlError("canceled", "query was canceled in expression evaluation");
  }
}
