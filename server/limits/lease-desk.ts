import { PharosError } from "#core/errors.ts";
import { LeaseOwner, type OwnerState } from "#core/rate-limit/lease-owner.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import { decodeDraws, encodeGrants, type ToldGrant } from "#proto/lease-codec.ts";
import type { LeaseStore } from "#server/limits/lease-store.ts";
import { LimitBook } from "#server/limits/limit-book.ts";

export interface LeaseDeskOptions {
  readonly snapshot: () => Snapshot;
  /** A registered instance, `namespace/name`. */
  readonly find: (instance: string) => WorkloadInstance | undefined;
  readonly store: LeaseStore;
  /** What was known before is not known any more. */
  readonly isLost?: boolean;
  /** The owner's slow clock, which goes on from where the store last saw it. */
  readonly now: () => number;
}

export interface Drawer {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** What an agent may hold without a word of it. */
const TERMS = { ttlMs: 2000, drift: 0.01 } as const;
const KEYS_MAX = 100_000;
const SWEEP_MS = 1000;

/** The owner of all keys: answers what agents draw, when what it answers is stored. */
export class LeaseDesk {
  readonly #options: LeaseDeskOptions;
  /** By `policy|rule`. */
  readonly #owners = new Map<string, LeaseOwner>();
  #book: LimitBook;
  #snapshot: Snapshot;
  #sweptMs = 0;

  constructor(options: LeaseDeskOptions) {
    this.#options = options;
    this.#snapshot = options.snapshot();
    this.#book = new LimitBook(this.#snapshot);
    for (const [rule, state] of options.store.read()) this.#owners.set(rule, this.#open(rule, state));
    // Rules that come later begin with all there is.
    if (options.isLost === true)
      for (const rule of this.#book.rules) this.#owners.set(rule, this.#open(rule, undefined, options.now()));
  }

  /** Bytes in, bytes out; whoever asks is who its certificate says. Throws "forbidden" where the instance is another's. */
  handle(bytes: Uint8Array, caller: Drawer): Uint8Array {
    const { instance: name, draws } = decodeDraws(bytes);
    const instance = this.#options.find(name);
    const isOwn =
      instance !== undefined &&
      instance.namespace === caller.namespace &&
      instance.serviceAccount === caller.serviceAccount;
    if (!isOwn) throw new PharosError("forbidden", `${name} is no instance of the caller`);
    this.#look();
    const now = this.#options.now();
    const touched = new Map<string, Set<string>>();
    const grants = draws.map((draw): ToldGrant => {
      const parsed = parseLimitKey(draw.key);
      const rule = parsed === undefined ? "" : `${parsed.policy}|${parsed.rule}`;
      if (!this.#book.reaches(rule, instance)) return { ...refuseDraw(draw, "unknown-limit", TERMS.ttlMs), members: 0 };
      const owner = this.#ownerOf(rule);
      const grant = owner.draw(draw, now);
      const keys = touched.get(rule) ?? new Set();
      touched.set(rule, keys.add(draw.key));
      return { ...grant, members: this.#book.members(rule) };
    });
    this.#options.store.write(
      now,
      [...touched].flatMap(([rule, keys]) =>
        [...keys].map((key) => ({ rule, key, state: this.#ownerOf(rule).keyOf(key)?.save() })),
      ),
    );
    if (now - this.#sweptMs >= SWEEP_MS) this.#sweep(now);
    return encodeGrants(grants);
  }

  /** Keys at a time, by `policy|rule`. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#owners].map(([rule, owner]) => [rule, owner.size]));
  }

  #ownerOf(rule: string): LeaseOwner {
    const known = this.#owners.get(rule);
    if (known !== undefined) return known;
    const owner = this.#open(rule, undefined);
    this.#owners.set(rule, owner);
    return owner;
  }

  #open(rule: string, state: OwnerState | undefined, lostMs?: number): LeaseOwner {
    const { store } = this.#options;
    return new LeaseOwner(
      {
        ...TERMS,
        limitOf: (key) => this.#book.limitOf(key),
        keysMax: this.#book.keysMax(rule) ?? KEYS_MAX,
        onForgotten: (key) => store.forget(key),
        ...(lostMs === undefined ? {} : { lostMs }),
      },
      state,
    );
  }

  #look(): void {
    const snapshot = this.#options.snapshot();
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#book = new LimitBook(snapshot);
    const rules = new Set(this.#book.rules);
    for (const rule of this.#owners.keys()) if (!rules.has(rule)) this.#owners.delete(rule);
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const owner of this.#owners.values()) owner.sweep(nowMs);
  }
}
