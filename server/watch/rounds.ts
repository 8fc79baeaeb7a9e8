import type { Logger } from "#node/log.ts";

/** What is done one after another, by what is looked at. */
type Work = Readonly<Record<string, (isClosed: () => boolean) => Promise<void>>>;

/**
 * Work that is done again and again. What stands in one list is done one after another, and no list waits for another one; what fails is
 * told once, and again after it went well.
 */
export class Rounds {
  readonly #timer: NodeJS.Timeout;
  readonly #log: Logger;
  readonly #told = new Map<string, string>();
  readonly #running = new Map<Work, Promise<void>>();
  #isClosed = false;

  constructor(everyMs: number, log: Logger, lists: readonly Work[]) {
    this.#log = log;
    this.#timer = setInterval(() => {
      for (const work of lists) {
        if (this.#running.has(work)) continue;
        this.#running.set(
          work,
          this.#round(work).finally(() => this.#running.delete(work)),
        );
      }
    }, everyMs).unref();
  }

  async #round(work: Work): Promise<void> {
    for (const [what, each] of Object.entries(work)) {
      if (this.#isClosed) return;
      try {
        await each(() => this.#isClosed);
        this.#told.delete(what);
      } catch (error) {
        const failure = String(error);
        if (this.#told.get(what) !== failure)
          this.#log.warn(`${what} could not be looked at, and will be again`, { error: failure });
        this.#told.set(what, failure);
      }
    }
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await Promise.all(this.#running.values());
  }
}
