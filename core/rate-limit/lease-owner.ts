import { EndedRuns, RUNS_MAX } from "#core/rate-limit/ended-runs.ts";
import { KeyOwner, type KeyState, type LeaseTerms, REMEMBERED_MS } from "#core/rate-limit/key-owner.ts";
import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";

export interface LeaseOwnerOptions extends LeaseTerms {
  /** The limit of a key; undefined: no rule has it any more. */
  readonly limitOf: (key: string) => Limit | undefined;
  /** Read each time: it may change. */
  readonly keysMax: number;
  /** Of these, how many one party may have opened; without it, all. */
  readonly keysOfOneMax?: number;
  /** To whom an agent belongs, with all that may speak for it; without it, each agent is a party. */
  readonly partyOf?: (agent: string) => string;
  /** Of which instance an agent is a run; without it, each is of its own. */
  readonly instanceOf?: (agent: string) => string;
  /** A key is forgotten: what was used of it since it was first drawn from. */
  readonly onForgotten?: (key: string, used: number) => void;
  /** When what was known before was lost: what was used before is not known. */
  readonly lostMs?: number;
}

export interface OwnerState {
  readonly keys: readonly (readonly [key: string, state: KeyState])[];
  readonly floors: readonly (readonly [agent: string, floor: Floor])[];
}

interface Floor {
  readonly lease: number;
  readonly atMs: number;
}

/** The owner of many keys. A key is remembered while something of it counts; when there are too many, new ones are refused. */
export class LeaseOwner {
  readonly #options: LeaseOwnerOptions;
  readonly #keys = new Map<string, KeyOwner>();
  /** Of agents that some key has forgotten, the last lease that one of these had. */
  readonly #floors: Map<string, Floor>;
  /** How many keys each has drawn from first. */
  readonly #opened = new Map<string, number>();
  readonly #ended: EndedRuns;
  #sweptMs = -Infinity;

  constructor(options: LeaseOwnerOptions, state?: OwnerState) {
    this.#options = options;
    this.#ended = new EndedRuns(options.instanceOf ?? ((agent) => agent));
    this.#floors = new Map(state?.floors);
    for (const [key, keyState] of state?.keys ?? []) {
      // Of a rule that is gone its last limit is kept, until nothing of it counts: it may come back.
      const limit = options.limitOf(key) ?? keyState.limit;
      if (limit === undefined) {
        options.onForgotten?.(key, 0);
        continue;
      }
      const [first] = keyState.holders;
      this.#keep(key, new KeyOwner(limit, options, first && this.#partyOf(first[0]), keyState));
    }
  }

  get size(): number {
    return this.#keys.size;
  }

  keyOf(key: string): KeyOwner | undefined {
    return this.#keys.get(key);
  }

  draw(draw: Draw, nowMs: number): Grant {
    const { limitOf, ttlMs } = this.#options;
    const limit = limitOf(draw.key);
    if (limit === undefined) return refuseDraw(draw, "unknown-limit", ttlMs);
    const owner = this.#keys.get(draw.key) ?? this.#open(draw, limit, nowMs);
    if (owner === undefined) return refuseDraw(draw, "too-many-keys", ttlMs);
    this.#ended.forget(draw.agent);
    owner.relimit(limit);
    const floor = this.#floors.get(draw.agent)?.lease ?? -1;
    if (!owner.knows(draw.agent)) {
      const { instanceOf = (agent: string) => agent } = this.#options;
      const instance = instanceOf(draw.agent);
      const isMeant = (agent: string): boolean => instanceOf(agent) === instance;
      if (!owner.makeRoom(isMeant, RUNS_MAX, nowMs)) return refuseDraw(draw, "too-many-keys", ttlMs);
    }
    // Who goes on from a run says what does: nothing else that it held.
    if (limit.isPlaces === true) for (const ended of this.#ended.before(draw.agent)) this.#succeed(owner, ended, nowMs);
    return owner.draw(draw, floor, nowMs);
  }

  #succeed(owner: KeyOwner, ended: string, nowMs: number): void {
    const lease = owner.succeed(ended, nowMs);
    if (lease !== undefined) this.#remember(ended, lease, nowMs);
  }

  /** A key without anybody who draws from it; undefined where no rule has it, or there are too many. */
  open(key: string, by: string, nowMs: number): KeyOwner | undefined {
    const limit = this.#options.limitOf(key);
    const known = this.#keys.get(key);
    if (limit === undefined) return undefined;
    known?.relimit(limit);
    return known ?? this.#open({ key, agent: by }, limit, nowMs);
  }

  keys(): Iterable<readonly [key: string, owner: KeyOwner]> {
    return this.#keys;
  }

  /** An agent's run is over: nothing comes from it any more. What it holds is used when its leases end; its places are free when the one that goes on from it draws from their key, or where none does, any run of its instance. */
  endAgent(agent: string, successor?: string): void {
    this.#ended.end(agent, successor);
  }

  /** Forgets what need not be remembered: to be called now and then. */
  sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    const still = new Set<string>();
    // Asked of each holder of each key.
    const hasEnded = (agent: string): boolean => {
      const isOver = this.#ended.has(agent);
      if (isOver) still.add(agent);
      return isOver;
    };
    for (const [key, owner] of this.#keys) {
      const isOver = owner.sweep(nowMs, hasEnded, (...of) => this.#remember(...of, nowMs));
      if (isOver) {
        this.#options.onForgotten?.(key, owner.used);
        this.#keys.delete(key);
        this.#release(owner);
      }
    }
    // Their floors stay as long as those of others: what they sent last may still be under way.
    this.#ended.keep(still);
    // No copy of a draw is under way for so long.
    for (const [agent, { atMs }] of this.#floors) if (atMs < nowMs - REMEMBERED_MS) this.#floors.delete(agent);
  }

  /** Of an agent that a key has forgotten: no draw up to that one is taken. */
  #remember(agent: string, lease: number, nowMs: number): void {
    this.#floors.set(agent, { lease: Math.max(lease, this.#floors.get(agent)?.lease ?? -1), atMs: nowMs });
  }

  save(): OwnerState {
    return { keys: [...this.#keys].map(([key, owner]) => [key, owner.save()] as const), floors: [...this.#floors] };
  }

  #open({ key, agent }: Pick<Draw, "key" | "agent">, limit: Limit, nowMs: number): KeyOwner | undefined {
    const { ttlMs, lostMs } = this.#options;
    // One that is asked for new keys again and again does not look through all of them each time.
    if (!this.#hasRoom(agent) && nowMs - this.#sweptMs >= ttlMs) this.sweep(nowMs);
    if (!this.#hasRoom(agent)) return undefined;
    const owner = new KeyOwner(limit, this.#options, this.#partyOf(agent));
    if (lostMs !== undefined) owner.fill(lostMs);
    this.#keep(key, owner);
    return owner;
  }

  #hasRoom(agent: string): boolean {
    const { keysMax, keysOfOneMax = keysMax } = this.#options;
    return this.#keys.size < keysMax && (this.#opened.get(this.#partyOf(agent)) ?? 0) < keysOfOneMax;
  }

  #partyOf(agent: string): string {
    return this.#options.partyOf?.(agent) ?? agent;
  }

  #keep(key: string, owner: KeyOwner): void {
    this.#keys.set(key, owner);
    if (owner.opener !== undefined) this.#opened.set(owner.opener, (this.#opened.get(owner.opener) ?? 0) + 1);
  }

  #release({ opener }: KeyOwner): void {
    if (opener === undefined) return;
    const left = (this.#opened.get(opener) ?? 0) - 1;
    if (left > 0) this.#opened.set(opener, left);
    else this.#opened.delete(opener);
  }
}
