import { PharosError } from "#core/errors.ts";

export interface TurnLimits {
  /** Passwords that are checked at the same moment. */
  readonly atOnce: number;
  /** Of one address, that are checked or wait. */
  readonly ofOneAddress: number;
  readonly overall: number;
}

/** Of the four threads on which Node also reads and writes files, half stay free. */
const LIMITS: TurnLimits = { atOnce: 2, ofOneAddress: 5, overall: 50 };

/**
 * Checking a password costs a thread and a tenth of a second, whether or not it is right: strangers' take turns, so that what else
 * needs a thread (files, databases, readiness) is not behind them.
 */
export class PasswordTurns {
  readonly #limits: TurnLimits;
  readonly #byAddress = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: TurnLimits = LIMITS) {
    this.#limits = limits;
  }

  /** Throws "exhausted" where too many wait. */
  async take<T>(address: string, check: () => Promise<T>): Promise<T> {
    const { atOnce, ofOneAddress, overall } = this.#limits;
    const own = this.#byAddress.get(address) ?? 0;
    if (own >= ofOneAddress || this.#running + this.#waiting.length >= overall)
      throw new PharosError("exhausted", "too many sign-ins are under way", { hint: "try again in a few seconds" });
    this.#byAddress.set(address, own + 1);
    if (this.#running < atOnce) this.#running += 1;
    else await new Promise<void>((turn) => this.#waiting.push(turn));
    try {
      return await check();
    } finally {
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
      const next = this.#waiting.shift();
      // The turn is handed on.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
