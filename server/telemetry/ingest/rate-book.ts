import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

/**
 * Requests per second that one proxy may tell of, at all its ends together. An agent that has a processor to itself reads and folds
 * fewer lines than that (`npm run bench -- fold`), so none that is honest comes near.
 */
export const RATE_MAX = 200_000;
const HOUR_MS = 3600_000;
/** Windows younger than this are summed one by one, older ones, of agents that were cut off, by the hour. */
const FINE_MS = 15 * 60_000;
/** As long ago as a window may be, and an hour. */
const KEPT_MS = 32 * 24 * HOUR_MS;
/** Slots of one proxy that are looked through for those that are over. */
const SLOTS_SWEPT = 1000;
/** Proxies that are known at a time; the one that was silent longest goes. */
const PROXIES_MAX = 20_000;

/** What each proxy told of each time, so that it tells of no more than a proxy can have done. */
export class RateBook {
  readonly #rateMax: number;
  /** The one that reported last is the last; slot → requests. */
  readonly #proxies = new Map<string, Map<string, { readonly endMs: number; sum: number }>>();

  constructor(rateMax: number = RATE_MAX) {
    this.#rateMax = rateMax;
  }

  /** The windows that are possible beside those that were taken before, and how many requests the others claim. */
  take(
    proxy: string,
    windows: readonly TrafficWindow[],
    nowMs: number,
  ): { readonly windows: readonly TrafficWindow[]; readonly refused: number } {
    const slots = this.#openSlots(proxy, nowMs);
    let refused = 0;
    const taken = windows.filter(({ startMs, count }) => {
      const lengthMs = nowMs - startMs < FINE_MS ? WINDOW_MS : HOUR_MS;
      const at = Math.floor(startMs / lengthMs) * lengthMs;
      const slot = slots.get(`${lengthMs} ${at}`) ?? { endMs: at + lengthMs, sum: 0 };
      const isPossible = slot.sum + count <= (this.#rateMax * lengthMs) / 1000;
      if (!isPossible) refused += count;
      else {
        slot.sum += count;
        slots.set(`${lengthMs} ${at}`, slot);
      }
      return isPossible;
    });
    return { windows: taken, refused };
  }

  /** How many times are remembered of a proxy. */
  slotsOf(proxy: string): number {
    return this.#proxies.get(proxy)?.size ?? 0;
  }

  #openSlots(proxy: string, nowMs: number): Map<string, { readonly endMs: number; sum: number }> {
    const slots = this.#proxies.get(proxy) ?? new Map<string, { readonly endMs: number; sum: number }>();
    this.#proxies.delete(proxy);
    this.#proxies.set(proxy, slots);
    if (slots.size > SLOTS_SWEPT)
      for (const [name, { endMs }] of slots)
        if (nowMs - endMs > (name.startsWith(`${WINDOW_MS} `) ? FINE_MS : KEPT_MS)) slots.delete(name);
    const [oldest] = this.#proxies.keys();
    if (this.#proxies.size > PROXIES_MAX && oldest !== undefined) this.#proxies.delete(oldest);
    return slots;
  }
}
