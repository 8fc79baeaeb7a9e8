import { PharosError } from "#core/errors.ts";

/** Jobs that wait or run. */
export interface JobLimits {
  readonly perUser: number;
  readonly overall: number;
}

/** One job at a time, in order; one user's do not fill the queue for the others, and one that nobody waits for is left out. */
export class JobQueue {
  readonly #limits: JobLimits;
  readonly #counts = new Map<string, number>();
  #count = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** Throws `exhausted` where there are too many, and `unavailable` where the signal ends it before its turn. */
  async run<T>(user: string, signal: AbortSignal | undefined, job: () => Promise<T>): Promise<T> {
    const own = this.#counts.get(user) ?? 0;
    if (own >= this.#limits.perUser)
      throw new PharosError("exhausted", `${own} previews or checks of ${user} are under way`, {
        hint: "wait until one of them is done",
      });
    if (this.#count >= this.#limits.overall)
      throw new PharosError("exhausted", `${this.#count} previews and checks are under way on this server`, {
        hint: "try again in a few seconds",
      });
    this.#counts.set(user, own + 1);
    this.#count += 1;
    const turn = this.#last.then(() => {
      if (signal?.aborted) throw new PharosError("unavailable", "the caller no longer waits for this");
      return job();
    });
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#count -= 1;
      const left = (this.#counts.get(user) ?? 1) - 1;
      if (left === 0) this.#counts.delete(user);
      else this.#counts.set(user, left);
    }
  }
}
