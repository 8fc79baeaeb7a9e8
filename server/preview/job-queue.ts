import { PharosError } from "#core/errors.ts";
import { FairTurns } from "#core/limits/fair-turns.ts";
import type { Asker } from "#server/services/services.ts";

/** Jobs that wait or run. */
export interface JobLimits {
  readonly perUser: number;
  readonly overall: number;
  /** What they are called in refusals; "previews and checks". */
  readonly jobs?: string;
}

/** What a job is for, the most urgent first. */
export const PURPOSES = ["preview", "simulation"] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * One job at a time, the urgent first and the users in turn; one user's do not fill the queue for the others, and one that
 * nobody waits for is left out.
 */
export class JobQueue {
  readonly #limits: JobLimits;
  readonly #counts = new Map<string, number>();
  #count = 0;
  readonly #turns = new FairTurns({ perParty: 1, inSum: 1 });

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** Throws `exhausted` where there are too many, and `unavailable` where the signal ends it before its turn. */
  async run<T>({ user, signal }: Asker, purpose: Purpose, job: () => Promise<T>): Promise<T> {
    const { jobs = "previews and checks" } = this.#limits;
    const own = this.#counts.get(user) ?? 0;
    if (own >= this.#limits.perUser)
      throw new PharosError("exhausted", `${own} ${jobs} of ${user} are under way`, {
        hint: "wait until one of them is done",
      });
    if (this.#count >= this.#limits.overall)
      throw new PharosError("exhausted", `${this.#count} ${jobs} are under way on this server`, {
        hint: "try again in a few seconds",
      });
    this.#counts.set(user, own + 1);
    this.#count += 1;
    try {
      await this.#turn(user, signal, PURPOSES.indexOf(purpose));
      try {
        return await job();
      } finally {
        this.#turns.end(user);
      }
    } finally {
      this.#count -= 1;
      const left = (this.#counts.get(user) ?? 1) - 1;
      if (left === 0) this.#counts.delete(user);
      else this.#counts.set(user, left);
    }
  }
  #turn(user: string, signal: AbortSignal | undefined, rank: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): PharosError => new PharosError("unavailable", "the caller no longer waits for this");
      if (signal?.aborted) {
        reject(gone());
        return;
      }
      const onAbort = (): void => {
        if (waiting.leave()) reject(gone());
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const waiting = this.#turns.ask(
        user,
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        rank,
      );
    });
  }
}
