export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** 0 to 1; for tests. */
  readonly random?: () => number;
}

/** Waiting times that double up to a cap, each spread over its upper half so that many hosts do not come back at once. */
export class Backoff {
  readonly #options: BackoffOptions;
  #nextMs: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#nextMs = options.firstMs;
  }

  next(): number {
    const whole = this.#nextMs;
    this.#nextMs = Math.min(whole * 2, this.#options.maxMs);
    return Math.round((whole / 2) * (1 + (this.#options.random ?? Math.random)()));
  }

  reset(): void {
    this.#nextMs = this.#options.firstMs;
  }
}
