import { KeyOwner, type KeyState, type LeaseTerms } from "#core/rate-limit/key-owner.ts";
import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";

export interface LeaseOwnerOptions extends LeaseTerms {
  /** The limit of a key; undefined: no rule has it any more. */
  readonly limitOf: (key: string) => Limit | undefined;
  readonly keysMax: number;
  /** A key is forgotten: what was used of it since it was first drawn from. */
  readonly onForgotten?: (key: string, used: number) => void;
  /** When what was known before was lost: what was used before is not known. */
  readonly lostMs?: number;
}

export interface OwnerState {
  readonly keys: readonly (readonly [key: string, state: KeyState])[];
  readonly floors: readonly (readonly [agent: string, lease: number])[];
}

/** The owner of many keys. A key is remembered while something of it counts; when there are too many, new ones are refused. */
export class LeaseOwner {
  readonly #options: LeaseOwnerOptions;
  readonly #keys = new Map<string, KeyOwner>();
  /** Of agents that some key has forgotten, the last lease that one of these had. */
  readonly #floors: Map<string, number>;
  readonly #ended = new Set<string>();
  #sweptMs = -Infinity;

  constructor(options: LeaseOwnerOptions, state?: OwnerState) {
    this.#options = options;
    this.#floors = new Map(state?.floors);
    for (const [key, keyState] of state?.keys ?? []) {
      const limit = options.limitOf(key);
      if (limit !== undefined) this.#keys.set(key, new KeyOwner(limit, options, keyState));
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
    const owner = this.#keys.get(draw.key) ?? this.#open(draw.key, limit, nowMs);
    if (owner === undefined) return refuseDraw(draw, "too-many-keys", ttlMs);
    owner.relimit(limit);
    return owner.draw(draw, this.#floors.get(draw.agent) ?? -1, nowMs);
  }

  /** An agent's run is over: nothing comes from it any more. What it holds is used when its leases end. */
  endAgent(agent: string): void {
    this.#ended.add(agent);
  }

  /** Forgets what need not be remembered: to be called now and then. */
  sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    const still = new Set<string>();
    const hasEnded = (agent: string): boolean => this.#ended.has(agent);
    for (const [key, owner] of this.#keys) {
      const isOver = owner.sweep(nowMs, hasEnded, (agent, lease) =>
        this.#floors.set(agent, Math.max(lease, this.#floors.get(agent) ?? -1)),
      );
      if (isOver) {
        this.#options.onForgotten?.(key, owner.used);
        this.#keys.delete(key);
      } else for (const agent of this.#ended) if (owner.knows(agent)) still.add(agent);
    }
    for (const agent of this.#ended) {
      if (still.has(agent)) continue;
      this.#ended.delete(agent);
      this.#floors.delete(agent);
    }
  }

  save(): OwnerState {
    return { keys: [...this.#keys].map(([key, owner]) => [key, owner.save()] as const), floors: [...this.#floors] };
  }

  #open(key: string, limit: Limit, nowMs: number): KeyOwner | undefined {
    const { keysMax, ttlMs, lostMs } = this.#options;
    // One that is asked for new keys again and again does not look through all of them each time.
    if (this.#keys.size >= keysMax && nowMs - this.#sweptMs >= ttlMs) this.sweep(nowMs);
    if (this.#keys.size >= keysMax) return undefined;
    const owner = new KeyOwner(limit, this.#options);
    if (lostMs !== undefined) owner.fill(lostMs);
    this.#keys.set(key, owner);
    return owner;
  }
}
