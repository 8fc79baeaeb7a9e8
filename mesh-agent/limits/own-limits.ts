import type { Refusal } from "#core/rate-limit/charge.ts";
import { capacityOf, type Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import type { KeyedCharge } from "#mesh-agent/limits/keyed-charge.ts";

/** How often buckets that are full again are forgotten. */
const SWEEP_MS = 1000;

interface Bucket {
  limit: Limit;
  meter: Meter;
  /** Of requests that have not ended, whose cost may yet be another. */
  pending: number;
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
  ): { readonly rule: PreparedLimit; readonly waitMs: number; readonly because: Refusal } | undefined {
    for (const { rule, buckets, cost } of charges)
      for (const { key, limit } of buckets) {
        const bucket = this.#bucketOf(key, limit);
        if (bucket === undefined) return { rule, waitMs: limit.perMs, because: "too-many-keys" };
        const { meter, pending } = bucket;
        if (meter.room(nowMs) - pending < cost)
          return {
            ...{ rule, waitMs: meter.waitMs(cost + pending, nowMs) },
            because: cost > capacityOf(limit) ? "cost-above-limit" : "limit",
          };
      }
    return undefined;
  }

  spend(charges: readonly KeyedCharge[], nowMs: number): void {
    for (const { buckets, cost } of charges)
      for (const { key, limit } of buckets) this.#bucketOf(key, limit)?.meter.spend(cost, nowMs, nowMs);
  }

  /** Takes what requests cost that have not ended. */
  take({ buckets, cost }: Pick<KeyedCharge, "buckets" | "cost">): void {
    for (const { key, limit } of buckets) {
      const bucket = this.#bucketOf(key, limit);
      if (bucket !== undefined) bucket.pending += cost;
    }
  }

  /** Of one that was taken and has not ended: it has cost so much more. */
  spendMore({ buckets }: Pick<KeyedCharge, "buckets">, more: number, nowMs: number): void {
    for (const { key, limit } of buckets) this.#bucketOf(key, limit)?.meter.spend(more, nowMs, nowMs);
  }

  /** One that was taken has ended, and cost this. */
  settle({ buckets, cost }: Pick<KeyedCharge, "buckets" | "cost">, final: number, nowMs: number): void {
    for (const { key, limit } of buckets) {
      const bucket = this.#bucketOf(key, limit);
      if (bucket === undefined) continue;
      // Where there were too many keys it was not taken.
      bucket.pending = Math.max(0, bucket.pending - cost);
      bucket.meter.spend(final, nowMs, nowMs);
    }
  }

  /** Units that are left of a rule. */
  left({ buckets }: KeyedCharge, nowMs: number): number {
    return Math.min(
      ...buckets.map(({ key, limit }) => {
        const bucket = this.#bucketOf(key, limit);
        return bucket === undefined ? 0 : Math.max(0, Math.floor(bucket.meter.room(nowMs)) - bucket.pending);
      }),
    );
  }

  sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    for (const [key, { meter, pending }] of this.#buckets)
      if (pending === 0 && meter.isFresh(nowMs)) this.#buckets.delete(key);
  }

  /** Undefined where there are too many: who asks with ever new keys is not let through by it. */
  #bucketOf(key: string, limit: KeyedCharge["buckets"][number]["limit"]): Bucket | undefined {
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      const { limit: before } = known;
      const isSame = before.amount === limit.amount && before.perMs === limit.perMs && before.burst === limit.burst;
      // What was used counts on: two ports may have the rule in two versions for a while.
      if (!isSame) {
        const isOfKind = (before.burst === undefined) === (limit.burst === undefined);
        Object.assign(known, { limit, meter: openMeter(limit, isOfKind ? known.meter.save() : undefined) });
      }
      return known;
    }
    if (this.#buckets.size >= this.#keysMax) return undefined;
    const bucket = { limit, meter: openMeter(limit), pending: 0 };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
