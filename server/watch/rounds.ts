import type { Logger } from "#node/log.ts";

/** Work that is done again and again, one after another; what it fails of is told once, and again after it went well. */
export class Rounds {
  readonly #timer: NodeJS.Timeout;
  readonly #told = new Map<string, string>();
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    everyMs: number,
    log: Logger,
    work: Readonly<Record<string, (isClosed: () => boolean) => Promise<void>>>,
  ) {
    const round = async (): Promise<void> => {
      for (const [what, each] of Object.entries(work)) {
        if (this.#isClosed) return;
        try {
          await each(() => this.#isClosed);
          this.#told.delete(what);
        } catch (error) {
          const failure = String(error);
          if (this.#told.get(what) !== failure)
            log.warn(`${what} could not be looked at, and will be again`, { error: failure });
          this.#told.set(what, failure);
        }
      }
    };
    this.#timer = setInterval(() => {
      this.#running ??= round().finally(() => {
        this.#running = undefined;
      });
    }, everyMs).unref();
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}
