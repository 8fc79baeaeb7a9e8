import { PharosError } from "#core/errors.ts";
import { KeyOwner } from "#core/rate-limit/key-owner.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { LeaseOwner, type OwnerState } from "#core/rate-limit/lease-owner.ts";
import { capacityOf } from "#core/rate-limit/limit.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";
import { isQuotaRule, ruleOfKey, splitRuleId } from "#core/rate-limit/rule-name.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { UNITS_MAX } from "#core/whole-units.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import { decodeDraws, encodeGrants, type ToldGrant } from "#proto/lease-codec.ts";
import { InstanceRuns } from "#server/limits/instance-runs.ts";
import type { LeaseStore, OwnerTime, StoredKey } from "#server/limits/lease-store.ts";
import type { LedgerChange, LedgerWrite } from "#server/limits/ledger-store.ts";
import { type KnownRule, LimitBook, partyOf } from "#server/limits/limit-book.ts";

export interface LeaseDeskOptions {
  readonly snapshot: () => Snapshot;
  /** A registered instance, `namespace/name`. */
  readonly find: (instance: string) => WorkloadInstance | undefined;
  readonly store: LeaseStore;
  /** What was known before is not known any more. */
  readonly isLost?: boolean;
  /** Two agents run under the name of one instance. */
  readonly onTwins?: (instance: string) => void;
  /** The owner's clocks, which go on from where the store last saw them. */
  readonly now: () => OwnerTime;
}

export interface Drawer {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** What is known of one consumer of a rule. */
export interface KnownBucket {
  readonly key: string;
  /** As limit-key.ts writes them. */
  readonly values: string;
  readonly amount: number;
  readonly used: number;
  readonly held: number;
  readonly left: number;
  readonly carried: number;
  readonly added: number;
  /** Of the calendar. */
  readonly span: { readonly startMs: number; readonly endMs: number } | undefined;
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
  readonly #runs: InstanceRuns;
  /** Keys that are forgotten, and stand in the store. */
  readonly #forgotten = new Set<string>();
  /** What the disk refused of ledgers: it is written with what comes next. By key. */
  readonly #owed = new Map<string, LedgerWrite>();
  #sweptMs = 0;

  constructor(options: LeaseDeskOptions) {
    this.#options = options;
    this.#runs = new InstanceRuns(options.onTwins ?? (() => undefined));
    this.#book = new LimitBook(options.snapshot());
    for (const [rule, state] of options.store.read()) this.#owners.set(rule, this.#open(rule, state));
    // Rules that come later begin with all there is.
    if (options.isLost === true)
      for (const rule of this.#book.rules)
        this.#owners.set(rule, this.#open(rule, undefined, timeOf(rule, options.now())));
  }

  /** Bytes in, bytes out; whoever asks is who its certificate says. Throws "forbidden" where the instance is another's, "conflict" where the run is over. */
  handle(bytes: Uint8Array, caller: Drawer): Uint8Array {
    const { instance: name, run, isFormer = false, goesOnFrom = [], draws } = decodeDraws(bytes);
    const instance = this.#options.find(name);
    const isOwn =
      instance !== undefined &&
      instance.namespace === caller.namespace &&
      instance.serviceAccount === caller.serviceAccount;
    if (!isOwn) throw new PharosError("forbidden", `${name} is no instance of the caller`);
    this.#book.look(this.#options.snapshot());
    const now = this.#options.now();
    if (!isFormer) {
      this.#endRuns(name, this.#runs.hear(name, run, goesOnFrom, now.nowMs));
      this.#endRuns(name, goesOnFrom, `${name} ${run}`);
    }
    const touched = new Map<string, Set<string>>();
    const ledger: LedgerWrite[] = [];
    const grants = draws.map((draw): ToldGrant => {
      const parsed = parseLimitKey(draw.key);
      const rule = parsed === undefined ? "" : `${parsed.policy}|${parsed.rule}`;
      if (!this.#book.reaches(rule, instance)) return { ...refuseDraw(draw, "unknown-limit", TERMS.ttlMs), members: 0 };
      const owner = this.#ownerOf(rule);
      const atMs = timeOf(rule, now);
      const before = this.#isLedger(rule) ? stateOf(owner.keyOf(draw.key), atMs) : undefined;
      const grant = owner.draw(isFormer ? { ...draw, idle: 0, pending: 0, needs: [], want: 0 } : draw, atMs);
      if (before !== undefined) ledger.push(...this.#note(rule, draw, before, atMs));
      const keys = touched.get(rule) ?? new Set();
      touched.set(rule, keys.add(draw.key));
      return { ...grant, members: this.#book.members(rule, now.nowMs) };
    });
    if (now.nowMs - this.#sweptMs >= SWEEP_MS) this.#sweep(now);
    this.#write(now, touched, ledger);
    return encodeGrants(grants);
  }

  /** Forgets what nobody draws from any more: to be called now and then. Throws where the disk refuses. */
  tidy(): void {
    const now = this.#options.now();
    this.#book.look(this.#options.snapshot());
    this.#sweep(now);
    this.#write(now, new Map());
    this.#options.store.ledger.prune(now.calendarMs);
  }

  /** Rules that are, with what is known of their consumers. */
  rules(): readonly {
    readonly id: string;
    readonly known: KnownRule;
    readonly keys: number;
    readonly members: number;
  }[] {
    const { nowMs } = this.#look();
    return this.#book.rules.flatMap((id) => {
      const known = this.#book.ruleOf(id);
      const keys = this.#owners.get(id)?.size ?? 0;
      return known === undefined ? [] : [{ id, known, keys, members: this.#book.members(id, nowMs) }];
    });
  }

  /** Buckets of a rule of which something is known now; with `isMeant` only those of such values. */
  buckets(rule: string, isMeant?: (values: string) => boolean): readonly KnownBucket[] {
    const atMs = timeOf(rule, this.#look());
    const known = this.#book.ruleOf(rule);
    if (known === undefined) return [];
    return [...(this.#owners.get(rule)?.keys() ?? [])].flatMap(([key, owner]) =>
      isMeant === undefined || isMeant(parseLimitKey(key)?.values ?? "") ? describeBucket(key, owner, known, atMs) : [],
    );
  }

  /** Of a key that the rule can have; undefined for another. Nothing is used of one that nobody has drawn from. */
  bucket(key: string): KnownBucket | undefined {
    const rule = ruleOfKey(key);
    const atMs = timeOf(rule, this.#look());
    const known = this.#book.ruleOf(rule);
    const limit = this.#book.limitOf(key);
    if (known === undefined || limit === undefined) return undefined;
    const owner = this.#owners.get(rule)?.keyOf(key) ?? new KeyOwner(limit, TERMS);
    return describeBucket(key, owner, known, atMs)[0];
  }

  /** Adds to what a consumer has in this period, or begins it anew; stored when it returns. Throws "not-found" for a key that no Quota has, "exhausted" where it has no room for one more. */
  change(key: string, change: Omit<LedgerChange, "lease" | "units"> & { readonly units?: number }): KnownBucket {
    const rule = ruleOfKey(key);
    const now = this.#look();
    const atMs = timeOf(rule, now);
    const known = this.#book.ruleOf(rule);
    // What a consumer is throttled by is no ledger.
    const isConsumers = parseLimitKey(key)?.reserve === "" && this.#book.limitOf(key) !== undefined;
    if (known === undefined || !isConsumers || !this.#isLedger(rule))
      throw new PharosError("not-found", `no Quota has the consumer ${key}`, {
        hint: "`pharos quota get` lists quotas and their consumers",
      });
    const owner = this.#ownerOf(rule).open(key, "", atMs);
    if (owner === undefined)
      throw new PharosError(
        "exhausted",
        `${splitRuleId(rule).policy} has as many consumers as it may: no room for ${key}`,
        {
          hint: "set bucket.keysMax of the Quota higher, or wait until others have a new period",
        },
      );
    const added = change.what === "top-up" ? (change.units ?? 0) : 0;
    const addedBefore = owner.entries(atMs)[0]?.added ?? 0;
    if (added > 0 && addedBefore + added > UNITS_MAX)
      throw new PharosError("invalid", `${addedBefore} units are added to ${key} already: ${added} more are too many`, {
        hint: `at most ${UNITS_MAX} are added in a period: set the Quota's amount higher`,
      });
    const begunAnew = change.what === "top-up" ? 0 : owner.reset(atMs);
    owner.topUp(added, atMs);
    const units = change.units ?? begunAnew;
    const write = { key, atMs, entries: owner.entries(atMs), held: owner.held, reached: [] };
    const stored = { ...write, change: { ...change, units, lease: 0 } };
    try {
      this.#write(now, new Map([[rule, new Set([key])]]), [stored]);
    } catch (error) {
      // Who is told that it failed does it again; to begin anew twice is to do so once.
      owner.topUp(-added, atMs);
      throw error;
    }
    const [bucket] = describeBucket(key, owner, known, atMs);
    if (bucket === undefined) throw new PharosError("internal", `${key} is gone`);
    return bucket;
  }

  /** Keys at a time, by `policy|rule`. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#owners].map(([rule, owner]) => [rule, owner.size]));
  }

  #isLedger(rule: string): boolean {
    return this.#book.ruleOf(rule)?.rule.limit.ledger !== undefined;
  }

  #ownerOf(rule: string): LeaseOwner {
    const known = this.#owners.get(rule);
    if (known !== undefined) return known;
    const owner = this.#open(rule, undefined);
    this.#owners.set(rule, owner);
    return owner;
  }

  #open(rule: string, state: OwnerState | undefined, lostMs?: number): LeaseOwner {
    const { now, find } = this.#options;
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
          return book.parties(rule, now().nowMs) > 1 ? Math.max(1, Math.floor(most / 2)) : most;
        },
        partyOf: (agent) => {
          const instance = find(instanceOf(agent));
          return instance === undefined ? instanceOf(agent) : partyOf(instance);
        },
        instanceOf,
        onForgotten: (key) => void this.#forgotten.add(key),
        ...(lostMs === undefined ? {} : { lostMs }),
      },
      state,
    );
  }

  #endRuns(instance: string, runs: readonly string[], successor?: string): void {
    for (const run of runs) for (const owner of this.#owners.values()) owner.endAgent(`${instance} ${run}`, successor);
  }

  #look(): OwnerTime {
    this.#book.look(this.#options.snapshot());
    return this.#options.now();
  }

  /** What a draw changed of a ledger. */
  #note(rule: string, { agent, key, lease }: Draw, before: BucketUse, atMs: number): LedgerWrite[] {
    const owner = this.#owners.get(rule)?.keyOf(key);
    const entries = owner?.entries(atMs) ?? [];
    const [entry] = entries;
    if (owner === undefined || entry === undefined) return [];
    const units = owner.used - before.usedEver;
    if (units === 0 && owner.held === before.held) return [];
    const { amount, carried, added, used } = entry;
    const percent = (100 * used) / (amount + carried + added);
    const reached = (this.#book.ruleOf(rule)?.rule.soft ?? []).filter((soft) => soft <= percent);
    return [
      {
        key,
        atMs,
        entries,
        held: owner.held,
        reached,
        change: { what: "draw", units, author: agent, lease, reason: "" },
      },
    ];
  }

  /** One transaction for what was drawn and what is forgotten. */
  #write(now: OwnerTime, touched: ReadonlyMap<string, ReadonlySet<string>>, ledger: readonly LedgerWrite[] = []): void {
    const drawn = [...touched].flatMap(([rule, keys]) =>
      [...keys].flatMap((key) => {
        const owner = this.#ownerOf(rule).keyOf(key);
        return owner === undefined ? [] : [{ rule, key, owner }];
      }),
    );
    const stored = drawn.map(({ rule, key, owner }): StoredKey => ({ rule, key, changes: owner.changes() }));
    try {
      this.#options.store.write(now, this.#forgotten, stored, [...this.#owed.values(), ...ledger]);
    } catch (error) {
      for (const each of ledger) if (each.change.what === "draw") this.#owe(each);
      throw error;
    }
    this.#owed.clear();
    this.#forgotten.clear();
    for (const { owner } of drawn) owner.written();
  }

  /** What an agent said is known from here on, and it does not say it again. */
  #owe(write: LedgerWrite): void {
    const owed = this.#owed.get(write.key);
    const { change, reached } = write;
    const units = change.units + (owed?.change.units ?? 0);
    const all = new Set([...(owed?.reached ?? []), ...reached]);
    this.#owed.set(write.key, { ...write, reached: [...all], change: { ...change, units } });
  }

  #sweep(now: OwnerTime): void {
    this.#sweptMs = now.nowMs;
    for (const [instance, runs] of this.#runs.forget((each) => this.#options.find(each) !== undefined))
      this.#endRuns(instance, runs);
    const rules = new Set(this.#book.rules);
    for (const [rule, owner] of this.#owners) {
      owner.sweep(timeOf(rule, now));
      // A rule that comes back goes on with what was used of it.
      if (owner.size === 0 && !rules.has(rule)) this.#owners.delete(rule);
    }
  }
}

/** Ledgers go by the calendar. */
const timeOf = (rule: string, { nowMs, calendarMs }: OwnerTime): number =>
  isQuotaRule(splitRuleId(rule).name) ? calendarMs : nowMs;

interface BucketUse {
  readonly used: number;
  readonly usedEver: number;
  readonly held: number;
}

const stateOf = (owner: KeyOwner | undefined, atMs: number): BucketUse => ({
  used: owner?.entries(atMs)[0]?.used ?? 0,
  usedEver: owner?.used ?? 0,
  held: owner?.held ?? 0,
});

function describeBucket(key: string, owner: KeyOwner, { rule }: KnownRule, atMs: number): KnownBucket[] {
  const parsed = parseLimitKey(key);
  // Shares that are reserved, and what throttles, are no consumers.
  if (parsed === undefined || parsed.reserve !== "") return [];
  const [entry] = owner.entries(atMs);
  const left = owner.left(atMs);
  const { held } = owner;
  const most = capacityOf(rule.limit);
  // Of a bucket with a burst that is all there ever is at once: of the amount more may be used.
  const plain = { amount: most, used: Math.max(0, most - left - held), carried: 0, added: 0 };
  const { amount, used, carried, added } = entry ?? plain;
  const isOpen = rule.limit.ledger?.isOpen === true;
  return [
    {
      ...{ key, values: parsed.values, amount, used, carried, added, held },
      left: isOpen ? Math.max(0, amount + carried + added - used - held) : left,
      span: entry === undefined || rule.limit.ledger?.period?.kind !== "calendar" ? undefined : entry,
    },
  ];
}

/** Of an agent as decodeDraws names it. */
const instanceOf = (agent: string): string => agent.split(" ")[0] ?? agent;
