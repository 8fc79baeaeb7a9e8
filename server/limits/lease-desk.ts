import { PharosError } from "#core/errors.ts";
import { LeaseOwner, type OwnerState } from "#core/rate-limit/lease-owner.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import { decodeDraws, encodeGrants, type ToldGrant } from "#proto/lease-codec.ts";
import type { LeaseStore, StoredKey } from "#server/limits/lease-store.ts";
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
  readonly #book: LimitBook;
  /** By instance. */
  readonly #runs = new Map<string, string>();
  /** Keys that are forgotten, and stand in the store. */
  readonly #forgotten = new Set<string>();
  #sweptMs = 0;

  constructor(options: LeaseDeskOptions) {
    this.#options = options;
    this.#book = new LimitBook(options.snapshot());
    for (const [rule, state] of options.store.read()) this.#owners.set(rule, this.#open(rule, state));
    // Rules that come later begin with all there is.
    if (options.isLost === true)
      for (const rule of this.#book.rules) this.#owners.set(rule, this.#open(rule, undefined, options.now()));
  }

  /** Bytes in, bytes out; whoever asks is who its certificate says. Throws "forbidden" where the instance is another's. */
  handle(bytes: Uint8Array, caller: Drawer): Uint8Array {
    const { instance: name, run, draws } = decodeDraws(bytes);
    const instance = this.#options.find(name);
    const isOwn =
      instance !== undefined &&
      instance.namespace === caller.namespace &&
      instance.serviceAccount === caller.serviceAccount;
    if (!isOwn) throw new PharosError("forbidden", `${name} is no instance of the caller`);
    this.#book.look(this.#options.snapshot());
    this.#start(name, run);
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
      return { ...grant, members: this.#book.members(rule, now) };
    });
    if (now - this.#sweptMs >= SWEEP_MS) this.#sweep(now);
    this.#write(now, touched);
    return encodeGrants(grants);
  }

  /** Forgets what nobody draws from any more: to be called now and then. Throws where the disk refuses. */
  tidy(): void {
    const now = this.#options.now();
    this.#book.look(this.#options.snapshot());
    this.#sweep(now);
    this.#write(now, new Map());
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
    const { now } = this.#options;
    const book = this.#book;
    return new LeaseOwner(
      {
        ...TERMS,
        limitOf: (key) => book.limitOf(key),
        get keysMax() {
          return book.bucketsMax(rule) ?? KEYS_MAX;
        },
        get keysOfOneMax() {
          const most = book.bucketsMax(rule) ?? KEYS_MAX;
          return book.members(rule, now()) > 1 ? Math.max(1, Math.floor(most / 2)) : most;
        },
        partyOf: instanceOf,
        onForgotten: (key) => void this.#forgotten.add(key),
        ...(lostMs === undefined ? {} : { lostMs }),
      },
      state,
    );
  }

  /** An instance has one run at a time: another ends the last. */
  #start(instance: string, run: string): void {
    const last = this.#runs.get(instance);
    if (last === run) return;
    this.#runs.set(instance, run);
    if (last === undefined) return;
    for (const owner of this.#owners.values()) owner.endAgent(`${instance} ${last}`);
  }

  /** One transaction for what was drawn and what is forgotten. */
  #write(nowMs: number, touched: ReadonlyMap<string, ReadonlySet<string>>): void {
    const drawn = [...touched].flatMap(([rule, keys]) =>
      [...keys].flatMap((key) => {
        const owner = this.#ownerOf(rule).keyOf(key);
        return owner === undefined ? [] : [{ rule, key, owner }];
      }),
    );
    const stored = drawn.map(({ rule, key, owner }): StoredKey => ({ rule, key, changes: owner.changes() }));
    this.#options.store.write(nowMs, this.#forgotten, stored);
    this.#forgotten.clear();
    for (const { owner } of drawn) owner.written();
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const instance of this.#runs.keys()) {
      if (this.#options.find(instance) !== undefined) continue;
      for (const owner of this.#owners.values()) owner.endAgent(`${instance} ${this.#runs.get(instance) ?? ""}`);
      this.#runs.delete(instance);
    }
    const rules = new Set(this.#book.rules);
    for (const [rule, owner] of this.#owners) {
      owner.sweep(nowMs);
      // A rule that comes back goes on with what was used of it.
      if (owner.size === 0 && !rules.has(rule)) this.#owners.delete(rule);
    }
  }
}

/** Of an agent as decodeDraws names it. */
const instanceOf = (agent: string): string => agent.split(" ")[0] ?? agent;
