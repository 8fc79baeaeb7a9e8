import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

/**
 * Requests per second that one proxy may tell of, at all its ends together. Folding that many takes an agent half a processor
 * (`npm run bench -- fold`), and serving them takes its Envoy many: a bound on what can be made up, not on what is usual.
 */
export const RATE_MAX = 200_000;
const HOUR_MS = 3600_000;
/** Windows younger than this are summed one by one, older ones, of agents that were cut off, by the hour. */
const FINE_MS = 15 * 60_000;
/** As long ago as a window may be, and an hour. */
const KEPT_MS = 32 * 24 * HOUR_MS;
/** Proxies that are known at a time; the one that was silent longest goes. */
const PROXIES_MAX = 20_000;

/** Requests by the start of their time, each of them so long, those that were told of first at the front. */
type Sums = Map<number, number>;

interface Told {
  readonly fine: Sums;
  readonly byHour: Sums;
}

/** What each proxy told of each time, so that it tells of no more than a proxy can have done. */
export class RateBook {
  readonly #rateMax: number;
  /** The one that reported last is the last. */
  readonly #proxies = new Map<string, Told>();

  constructor(rateMax: number = RATE_MAX) {
    this.#rateMax = rateMax;
  }

  /**
   * The windows that are possible beside those that were taken before, and how many requests the others claim. `giveBack`: the
   * windows were not stored, and will be told of again.
   */
  take(
    proxy: string,
    windows: readonly TrafficWindow[],
    nowMs: number,
  ): { readonly windows: readonly TrafficWindow[]; readonly refused: number; readonly giveBack: () => void } {
    const { fine, byHour } = this.#open(proxy, nowMs);
    let refused = 0;
    // Nearly all windows of a report are of one time.
    const added: { readonly sums: Sums; readonly at: number; count: number }[] = [];
    const taken = windows.filter(({ startMs, count }) => {
      const [sums, lengthMs] = nowMs - startMs < FINE_MS ? [fine, WINDOW_MS] : [byHour, HOUR_MS];
      const at = Math.floor(startMs / lengthMs) * lengthMs;
      const sum = (sums.get(at) ?? 0) + count;
      const isPossible = sum <= (this.#rateMax * lengthMs) / 1000;
      if (isPossible) {
        sums.set(at, sum);
        const last = added.at(-1);
        if (last?.sums === sums && last.at === at) last.count += count;
        else added.push({ sums, at, count });
      } else refused += count;
      return isPossible;
    });
    const giveBack = (): void => {
      for (const { sums, at, count } of added.splice(0)) sums.set(at, Math.max(0, (sums.get(at) ?? 0) - count));
    };
    return { windows: taken, refused, giveBack };
  }

  /** How many times are remembered of a proxy. */
  slotsOf(proxy: string): number {
    const told = this.#proxies.get(proxy);
    return told === undefined ? 0 : told.fine.size + told.byHour.size;
  }

  #open(proxy: string, nowMs: number): Told {
    const told = this.#proxies.get(proxy) ?? { fine: new Map(), byHour: new Map() };
    this.#proxies.delete(proxy);
    this.#proxies.set(proxy, told);
    forget(told.fine, nowMs - FINE_MS - WINDOW_MS);
    forget(told.byHour, nowMs - KEPT_MS - HOUR_MS);
    const [oldest] = this.#proxies.keys();
    if (this.#proxies.size > PROXIES_MAX && oldest !== undefined) this.#proxies.delete(oldest);
    return told;
  }
}

/** What is older, as far as it stands before what is not: what was told of late goes when that does. */
function forget(sums: Sums, beforeMs: number): void {
  for (const at of sums.keys()) {
    if (at >= beforeMs) return;
    sums.delete(at);
  }
}
