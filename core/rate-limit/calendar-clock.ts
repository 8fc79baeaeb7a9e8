import type { ClockSources } from "#core/rate-limit/cautious-clock.ts";

/** A wall clock that has said the same for so long is believed, also where it was put. */
const BELIEVED_AFTER_MS = 600_000;
/** Who is started believes the wall at once that it was away for no longer: a clock that was set wrong is mostly further off. */
const AWAY_MS = 3_600_000;
/** What clocks may differ in pace without having been put. */
const JUMP_MS = 1000;

/**
 * The time of day for who keeps a ledger: the wall's, and never back. One that jumps ahead begins no period until it has stood by
 * that for ten minutes; until then time goes on at its steady pace. So it is with one that is far ahead at the start. `lastMs` is the
 * time at which an earlier one was read last; 0: there was none.
 */
export class CalendarClock {
  readonly #sources: ClockSources;
  #nowMs: number;
  #readMs: number;
  /** Of the wall, what it is ahead of the steady clock, and since when. */
  #aheadMs: number;
  #sinceMs: number;

  constructor(sources: ClockSources, lastMs = 0) {
    this.#sources = sources;
    this.#readMs = sources.monotonicMs();
    this.#aheadMs = sources.wallMs() - this.#readMs;
    this.#sinceMs = this.#readMs;
    const wallMs = sources.wallMs();
    // Else it goes on from where it was, until the wall has stood by what it says: from a period that is not yet there is no way back.
    this.#nowMs = lastMs === 0 || wallMs - lastMs <= AWAY_MS ? Math.max(lastMs, wallMs) : lastMs;
  }

  now(): number {
    const [steadyMs, wallMs] = [this.#sources.monotonicMs(), this.#sources.wallMs()];
    const aheadMs = wallMs - steadyMs;
    if (Math.abs(aheadMs - this.#aheadMs) > JUMP_MS) {
      this.#aheadMs = aheadMs;
      this.#sinceMs = steadyMs;
    }
    const isBelieved = steadyMs - this.#sinceMs >= BELIEVED_AFTER_MS;
    const steady = this.#nowMs + Math.max(0, steadyMs - this.#readMs);
    // A wall that is behind is waited for; one that is ahead is followed when it is believed.
    if (wallMs <= steady) this.#nowMs = Math.max(this.#nowMs, Math.min(steady, wallMs));
    else this.#nowMs = isBelieved ? wallMs : steady;
    this.#readMs = steadyMs;
    return this.#nowMs;
  }
}
