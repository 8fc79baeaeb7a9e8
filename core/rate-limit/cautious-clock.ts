export interface ClockSources {
  /** Milliseconds since any moment, at a steady pace; may stand still while the host sleeps. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970; may jump. */
  readonly wallMs: () => number;
}

/** `fast` for who holds a lease, which so ends early at worst; `slow` for who grants, so that nothing comes back too soon. */
export type Pace = "fast" | "slow";

/**
 * A clock of two: with each reading it moves by the larger, or the smaller, of what both moved, and never back. A wall clock that
 * jumps forward ends leases and grants nothing; one that jumps back does neither.
 */
export class CautiousClock {
  readonly #sources: ClockSources;
  readonly #pace: Pace;
  #monotonicMs: number;
  #wallMs: number;
  #nowMs: number;

  /** Goes on from `startMs`: the time at which an earlier one, whose times were saved, was read last. */
  constructor(sources: ClockSources, pace: Pace, startMs = 0) {
    this.#sources = sources;
    this.#pace = pace;
    this.#monotonicMs = sources.monotonicMs();
    this.#wallMs = sources.wallMs();
    this.#nowMs = startMs;
  }

  now(): number {
    const [monotonicMs, wallMs] = [this.#sources.monotonicMs(), this.#sources.wallMs()];
    const moved = [monotonicMs - this.#monotonicMs, wallMs - this.#wallMs];
    this.#nowMs += Math.max(0, this.#pace === "fast" ? Math.max(...moved) : Math.min(...moved));
    this.#monotonicMs = monotonicMs;
    this.#wallMs = wallMs;
    return this.#nowMs;
  }
}
