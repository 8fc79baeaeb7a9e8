/** Proxies that failed together do not come back together. */
const JITTER = 0.2;

/** When to offer again what a client refused: more and more rarely, for as long as it is wanted. */
export class OfferSchedule {
  readonly #delaysMs: readonly number[];
  readonly #offer: () => void;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;

  /** `delaysMs`: before the first time, the second, ...; the last of them from then on. */
  constructor(delaysMs: readonly number[], offer: () => void) {
    this.#delaysMs = delaysMs;
    this.#offer = offer;
  }

  /** Says whether there is something to offer. One that waits already is not put off. */
  note(isWanted: boolean): void {
    if (!isWanted) {
      this.stop();
      this.#attempt = 0;
    } else if (this.#timer === undefined) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    const delayMs = this.#delaysMs[Math.min(this.#attempt, this.#delaysMs.length - 1)];
    if (delayMs === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#attempt += 1;
        this.#wait();
        this.#offer();
      },
      delayMs * (1 - JITTER + 2 * JITTER * Math.random()),
    );
    this.#timer.unref();
  }
}
