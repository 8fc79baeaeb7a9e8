import { PharosError } from "#core/errors.ts";

export interface Allowance {
  /** At once, after a long rest. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** A host renews at half of a certificate's life: even lives of four seconds stay below. */
export const CHAIN_ALLOWANCE: Allowance = { burst: 20, perSecond: 1 };
/** A whole fleet may be of one identity and start together. */
export const IDENTITY_ALLOWANCE: Allowance = { burst: 300, perSecond: 30 };
/** Full buckets are forgotten; beyond this many that are not, the oldest are. */
const KEPT_MAX = 20_000;

/** How many certificates are issued to one name: token buckets. */
export class IssueLimit {
  readonly #what: string;
  readonly #allowance: Allowance;
  readonly #buckets = new Map<string, Bucket>();

  constructor(what: string, allowance: Allowance) {
    this.#what = what;
    this.#allowance = allowance;
  }

  /** Throws "exhausted" with how long to wait. */
  take(name: string, nowMs: number): void {
    const { burst, perSecond } = this.#allowance;
    const before = this.#buckets.get(name) ?? { left: burst, atMs: nowMs };
    const left = Math.min(burst, before.left + (Math.max(0, nowMs - before.atMs) / 1000) * perSecond);
    // Set anew: the map's order is that of use.
    this.#buckets.delete(name);
    this.#buckets.set(name, { left: Math.max(0, left - (left < 1 ? 0 : 1)), atMs: nowMs });
    this.#forget(nowMs);
    if (left >= 1) return;
    throw new PharosError("exhausted", `${this.#what} ${name} has had more than ${perSecond} certificates a second`, {
      hint: `ask again in ${Math.ceil((1 - left) / perSecond)} s; one certificate serves until half of its life`,
    });
  }

  #forget(nowMs: number): void {
    const { burst, perSecond } = this.#allowance;
    for (const [name, { atMs }] of this.#buckets) {
      const isFull = nowMs - atMs > (burst / perSecond) * 1000;
      if (!isFull && this.#buckets.size <= KEPT_MAX) return;
      this.#buckets.delete(name);
    }
  }
}
