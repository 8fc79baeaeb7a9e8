import { CLOCK_DIFFERENCE_MS_MAX, describeClockDifference } from "#core/telemetry/clock-difference.ts";
import type { Logger } from "#node/log.ts";

/** An answer that took longer tells little of the time; where it came before it was asked for, the clock was set meanwhile. */
const ROUND_TRIP_MS_MAX = 10_000;
/** Right again only when clearly so: a clock at the limit is not told of again and again. */
const RIGHT_AGAIN = 0.9;

/** Holds this host's clock against the control plane's with every answer, and says once that they differ too far, and once that they do not. */
export class ClockWatch {
  readonly #log: Logger;
  readonly #now: () => number;
  #aheadMs: number | undefined;
  #isOff = false;

  constructor(log: Logger, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
  }

  /** What this host's clock is ahead of the control plane's, in ms; undefined until the first answer. */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** What is wrong and what to do, while something is. */
  get complaint(): string | undefined {
    if (!this.#isOff || this.#aheadMs === undefined) return undefined;
    return `this host's clock is ${describeClockDifference(this.#aheadMs)} of the control plane's, whose clock telemetry goes by meanwhile (hint: ${HINT})`;
  }

  /** `sentAtMs`: this host's clock as the question was sent. */
  readonly hear = (serverTimeMs: number, sentAtMs: number): void => {
    const tripMs = this.#now() - sentAtMs;
    if (tripMs < 0 || tripMs > ROUND_TRIP_MS_MAX) return;
    this.#aheadMs = sentAtMs + tripMs / 2 - serverTimeMs;
    const most = this.#isOff ? CLOCK_DIFFERENCE_MS_MAX * RIGHT_AGAIN : CLOCK_DIFFERENCE_MS_MAX;
    const wasOff = this.#isOff;
    this.#isOff = Math.abs(this.#aheadMs) > most;
    if (this.#isOff && !wasOff) this.#log.warn(this.complaint ?? "");
    if (!this.#isOff && wasOff) this.#log.info("this host's clock is near the control plane's again");
  };
}

const HINT =
  "set it, and keep it right with NTP, as `timedatectl set-ntp true` does; where every host says so it is the control plane's that is off";
