import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import type { KeyedCharge } from "#mesh-agent/limits/keyed-charge.ts";

/** How often buckets that are full again are forgotten. */
const SWEEP_MS = 1000;

interface Bucket {
  limit: Limit;
  meter: Meter;
}

/** Limits that this proxy has for itself. */
export class OwnLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #keysMax: number;
  #sweptMs = 0;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** The first rule that has no room; undefined where all have. */
  lacking(
    charges: readonly KeyedCharge[],
    nowMs: number,
  ): { readonly rule: PreparedLimit; readonly waitMs: number } | undefined {
    for (const { rule, buckets, cost } of charges)
      for (const { key, limit } of buckets) {
        const meter = this.#meterOf(key, limit);
        if (meter === undefined) return { rule, waitMs: limit.perMs };
        if (meter.room(nowMs) < cost) return { rule, waitMs: meter.waitMs(cost, nowMs) };
      }
    return undefined;
  }

  spend(charges: readonly KeyedCharge[], nowMs: number): void {
    for (const { buckets, cost } of charges)
      for (const { key, limit } of buckets) this.#meterOf(key, limit)?.spend(cost, nowMs, nowMs);
  }

  sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    for (const [key, { meter }] of this.#buckets) if (meter.isFresh(nowMs)) this.#buckets.delete(key);
  }

  /** Undefined where there are too many: who asks with ever new keys is not let through by it. */
  #meterOf(key: string, limit: KeyedCharge["buckets"][number]["limit"]): Meter | undefined {
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      const { limit: before } = known;
      const isSame = before.amount === limit.amount && before.perMs === limit.perMs && before.burst === limit.burst;
      // What was used counts on: two ports may have the rule in two versions for a while.
      if (!isSame) {
        const isOfKind = (before.burst === undefined) === (limit.burst === undefined);
        Object.assign(known, { limit, meter: openMeter(limit, isOfKind ? known.meter.save() : undefined) });
      }
      return known.meter;
    }
    if (this.#buckets.size >= this.#keysMax) return undefined;
    const meter = openMeter(limit);
    this.#buckets.set(key, { limit, meter });
    return meter;
  }
}
