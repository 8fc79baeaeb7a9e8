import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";
import { type LedgerEntry, LedgerMeter } from "#core/rate-limit/ledger-meter.ts";
import { capacityOf, isOfOneKind, isSameLimit, type Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";
import { SmallMap } from "#core/rate-limit/small-map.ts";

/** All that may lie idle with agents is one part of so many: what nobody can use because others hold it. */
const IDLE_PARTS = 128;
/** An agent that is away for no longer, besides a window and a lease, is believed what became of its last lease. */
export const REMEMBERED_MS = 60_000;

export interface LeaseTerms {
  readonly ttlMs: number;
  /** By how much the clocks of two hosts may differ in pace, 0.01 for one percent. */
  readonly drift: number;
}

/** What an agent holds of a key, and what it said it used. */
export interface Holder {
  lease: number;
  account: number;
  used: number;
  /** What it knows to be counted: as much as `used`, and nobody needs to remember it. */
  counted: number;
  idle: number;
  pending: number;
  endMs: number;
  /** Was held by a lease that ended, and is charged as used until the agent says otherwise. */
  assumed: number;
}

/** With its last answer: a copy of the draw gets the same, unless the owner was started again. */
interface Known extends Holder {
  /** Undefined where there is none. */
  granted: number | undefined;
  isAmple: boolean;
  left: number;
  waitMs: number;
}

/** What has to outlive the owner, in the owner's time. */
export interface KeyState extends BucketState {
  readonly holders: readonly (readonly [agent: string, holder: Holder])[];
}

/** A key without those who hold of it. */
export interface BucketState {
  /** What the meter is of: it may be another when the state is read. Absent in a state of the first version. */
  readonly limit?: Limit;
  readonly meter: readonly number[];
  readonly forgotten: number;
}

/** What has to be written again; undefined: the holder is forgotten. */
export interface KeyChanges {
  readonly bucket: BucketState;
  readonly holders: readonly (readonly [agent: string, holder: Holder | undefined])[];
}

/**
 * One bucket: who holds how much of it, and what was used. What is held counts as used from the grant until the agent says what
 * became of it, and is charged at a time that is not before it was used. So what was used in a window, with what may yet be,
 * is at no moment more than the limit.
 */
export class KeyOwner {
  /** Whose key it is: who drew from it first. */
  readonly opener: string | undefined;
  #limit: Limit;
  readonly #terms: LeaseTerms;
  #meter: Meter;
  readonly #holders = new SmallMap<Known>();
  /** Units used by agents that nobody remembers. */
  #forgotten: number;
  #held = 0;
  #idle = 0;
  #nextEndMs = Infinity;
  /** Agents whose holders are not as they were written. */
  #changed: Set<string> | undefined;

  constructor(limit: Limit, terms: LeaseTerms, opener?: string, state?: KeyState) {
    this.opener = opener;
    this.#limit = state?.limit ?? limit;
    this.#terms = terms;
    this.#meter = openMeter(this.#limit, state?.meter);
    this.relimit(limit);
    for (const [agent, holder] of state?.holders ?? []) this.#holders.set(agent, knownOf(holder));
    this.#forgotten = state?.forgotten ?? 0;
    for (const [, { endMs }] of this.#holders) this.#nextEndMs = Math.min(this.#nextEndMs, endMs);
    [this.#held, this.#idle] = this.#countHeld();
  }

  /** Units used, as agents said it, with those of leases that ended without a word. */
  get used(): number {
    let used = this.#forgotten;
    for (const [, holder] of this.#holders) used += holder.used + holder.assumed;
    return used;
  }

  /** Units that agents hold, used or not. */
  get held(): number {
    return this.#held;
  }

  knows(agent: string): boolean {
    return this.#holders.has(agent);
  }

  /** Charges all that may be, until leases have ended that nobody remembers: for who does not know what was used before. */
  fill(nowMs: number): void {
    this.#meter.spend(capacityOf(this.#limit), this.#endOf(nowMs), nowMs);
  }

  /** Another limit from now on. What was used counts on in a window; a bucket that was none before begins full. */
  relimit(limit: Limit): void {
    if (isSameLimit(limit, this.#limit)) return;
    this.#meter = openMeter(limit, isOfOneKind(limit, this.#limit) ? this.#meter.save() : []);
    this.#limit = limit;
    // A copy of a draw must not hear of other times than it was answered with.
    for (const [, holder] of this.#holders) holder.granted = undefined;
  }

  /**
   * Answers a draw; its state is to be safe before the answer is sent. `floor`: draws of an
   * agent that is not known, up to this one, were answered.
   */
  draw(told: Draw, floor: number, nowMs: number): Grant {
    const known = this.#holders.get(told.agent);
    if (known?.granted !== undefined && told.lease === known.lease)
      return this.#answerOf(told.key, known, known.granted);
    if (told.lease <= (known?.lease ?? floor)) return refuseDraw(told, "stale", this.#ttlMs);
    const holder = known ?? this.#admit(told, nowMs);
    this.#end(nowMs);
    const draw = this.#limit.ledger?.isGranted === true ? this.#believe(told, holder, known !== undefined) : told;
    // Nobody holds more than it was granted; of who is not known, what it held may be lost with what was known before.
    const heldMost = known === undefined ? capacityOf(this.#limit) : holder.idle + holder.pending + holder.assumed;
    // Places that were taken alone, or by a former run, were granted to nobody, and are taken all the same.
    const pending = Math.min(draw.pending, this.#limit.isPlaces === true ? capacityOf(this.#limit) : heldMost);
    const idle = Math.max(0, Math.min(draw.idle, heldMost - pending));
    this.#change(draw.agent);
    this.#settle(holder, draw, nowMs);
    this.#hold(holder, idle, pending);

    let room = Math.floor(this.#meter.room(nowMs)) - this.#held;
    let needed = 0;
    let unmet: number | undefined;
    for (const cost of draw.needs) {
      if (cost > room) {
        unmet = cost;
        break;
      }
      needed += cost;
      room -= cost;
    }
    const idleMost = capacityOf(this.#limit) / IDLE_PARTS - this.#idle - needed;
    const share = unmet === undefined ? room / (2 * this.#holders.size) : 0;
    const extra = Math.max(0, Math.floor(Math.min(draw.want, share, idleMost)));
    this.#hold(holder, idle + needed + extra, pending);
    holder.lease = draw.lease;
    holder.endMs = this.#endOf(nowMs);
    this.#nextEndMs = Math.min(this.#nextEndMs, holder.endMs);
    holder.granted = needed + extra;
    holder.isAmple = extra > 0;
    holder.left = Math.max(0, room - extra);
    holder.waitMs = unmet === undefined ? 0 : this.#waitMs(unmet, nowMs);
    return this.#answerOf(draw.key, holder, holder.granted);
  }

  /**
   * Ends what has to, and forgets agents that need not be remembered: those that know all they used to be counted, those whose
   * run has ended, and those that have not been heard of for long: what they held is charged. `onForgotten` is told of each with its last lease. True when the key need not be remembered either.
   */
  sweep(
    nowMs: number,
    hasEnded: (agent: string) => boolean,
    onForgotten: (agent: string, lease: number) => void,
  ): boolean {
    this.#end(nowMs);
    const longAgoMs = nowMs - REMEMBERED_MS - this.#limit.perMs - this.#ttlMs;
    for (const [agent, { lease, idle, pending, used, counted, assumed, endMs }] of this.#holders) {
      const isSettled = assumed === 0 && used === counted;
      // Of a ledger its next run tells what it used, whenever that comes, and that it knows it to be counted.
      const isOver = hasEnded(agent) && !(this.#meter instanceof LedgerMeter);
      if (idle + pending > 0 || !(isSettled || endMs < longAgoMs || isOver)) continue;
      this.#forgotten += used + assumed;
      this.#holders.delete(agent);
      this.#change(agent);
      onForgotten(agent, lease);
    }
    return this.#holders.size === 0 && this.#meter.isFresh(nowMs);
  }

  /**
   * Whether there is room for one more run of those that are meant. For it the first that holds nothing is forgotten, as after a
   * long silence: what it held is charged, and so is once more what it tells later.
   */
  makeRoom(isMeant: (agent: string) => boolean, most: number, nowMs: number): boolean {
    if (this.#holders.size < most) return true;
    this.#end(nowMs);
    const meant = [...this.#holders].filter(([agent]) => isMeant(agent));
    if (meant.length < most) return true;
    const first = meant.find(([, { idle, pending }]) => idle + pending === 0);
    if (first === undefined) return false;
    const [agent, { used, assumed }] = first;
    this.#forgotten += used + assumed;
    this.#holders.delete(agent);
    this.#change(agent);
    return true;
  }

  /** Of places: a run that is over held them, and nothing does any more. Answers its last lease; undefined where it had none. */
  succeed(ended: string, nowMs: number): number | undefined {
    const holder = this.#holders.get(ended);
    if (holder === undefined) return undefined;
    this.#meter.refund?.(holder.assumed, holder.endMs, nowMs);
    this.#hold(holder, 0, 0);
    this.#holders.delete(ended);
    this.#change(ended);
    return holder.lease;
  }

  /** Units that may be drawn now. */
  left(nowMs: number): number {
    return Math.max(0, Math.floor(this.#meter.room(nowMs)) - this.#held);
  }

  /** Of a ledger, the period that is and the one before; none of a limit. */
  entries(nowMs: number): readonly LedgerEntry[] {
    return this.#meter instanceof LedgerMeter ? this.#meter.entries(nowMs) : [];
  }

  /** Adds to what there is in this period. */
  topUp(units: number, nowMs: number): void {
    if (this.#meter instanceof LedgerMeter) this.#meter.add(units, nowMs);
  }

  /** Begins the period anew: nothing is used. What is held counts on. Answers what was used. */
  reset(nowMs: number): number {
    // What was held until before now is of what is begun anew: what its holder gives back of it later is none.
    this.#end(nowMs);
    const used = this.entries(nowMs)[0]?.used ?? 0;
    if (this.#meter instanceof LedgerMeter) this.#meter.reset(nowMs);
    return used;
  }

  save(): KeyState {
    return {
      ...this.#bucket(),
      holders: [...this.#holders].map(([agent, known]) => [agent, holderOf(known)] as const),
    };
  }

  /** What is not as it was at the last `written`: as much as was drawn since, however many hold of the key. */
  changes(): KeyChanges {
    return {
      bucket: this.#bucket(),
      holders: [...(this.#changed ?? [])].map((agent) => [agent, holderOf(this.#holders.get(agent))] as const),
    };
  }

  /** The changes are safe. */
  written(): void {
    this.#changed = undefined;
  }

  #change(agent: string): void {
    this.#changed ??= new Set();
    this.#changed.add(agent);
  }

  #bucket(): BucketState {
    return { limit: this.#limit, meter: this.#meter.save(), forgotten: this.#forgotten };
  }

  #admit({ agent, account, counted }: Draw, nowMs: number): Known {
    const none = { idle: 0, pending: 0, endMs: nowMs, assumed: 0 };
    const holder = knownOf({ ...none, lease: -1, account, used: counted, counted });
    // What it used before was counted then, of an agent that was forgotten since.
    this.#forgotten -= counted;
    this.#holders.set(agent, holder);
    return holder;
  }

  /** Of a ledger whose units are all granted before they are used nobody used more than it was granted. */
  #believe(draw: Draw, holder: Known, isKnown: boolean): Draw {
    const before = draw.account === holder.account ? holder.used : 0;
    const granted = isKnown ? holder.idle + holder.pending + holder.assumed : capacityOf(this.#limit);
    const used = Math.min(draw.used, before + granted);
    return used === draw.used ? draw : { ...draw, used, counted: Math.min(draw.counted, used) };
  }

  #answerOf(key: string, { lease, isAmple, left, waitMs }: Known, granted: number): Grant {
    return { key, lease, granted, isAmple, ttlMs: this.#ttlMs, left, waitMs };
  }

  /** What was used is to be told before it leaves the window, so that it does so in time. */
  get #ttlMs(): number {
    return Math.min(this.#terms.ttlMs, this.#limit.perMs);
  }

  /** As if what is held was neither used nor given back; where only that makes room, as long as a lease. */
  #waitMs(amount: number, nowMs: number): number {
    const waitMs = this.#meter.waitMs(amount + this.#held, nowMs);
    return Number.isFinite(waitMs) ? Math.max(1, waitMs) : this.#ttlMs;
  }

  #endOf(nowMs: number): number {
    return nowMs + this.#ttlMs * (1 + this.#terms.drift);
  }

  /** Charges what was used and is not charged, each at the latest time that it may have been used at. */
  #settle(holder: Holder, draw: Draw, nowMs: number): void {
    if (draw.account !== holder.account) {
      // It had told all of the last one, so of what was assumed nothing was used.
      this.#forgotten += holder.used;
      this.#meter.refund?.(holder.assumed, holder.endMs, nowMs);
      Object.assign(holder, { account: draw.account, used: 0, counted: 0, assumed: 0 });
    }
    let left = Math.max(0, draw.used - holder.used - holder.assumed);
    const unused = Math.min(holder.assumed, holder.used + holder.assumed - draw.used);
    if (unused > 0) this.#meter.refund?.(unused, holder.endMs, nowMs);
    holder.assumed = 0;
    holder.used = Math.max(holder.used, draw.used);
    holder.counted = Math.max(holder.counted, draw.counted);
    for (const { amount, agoMs } of draw.spent.toReversed()) {
      const charged = Math.min(left, amount);
      this.#meter.spend(charged, Math.min(nowMs, nowMs - agoMs * (1 - this.#terms.drift)), nowMs);
      left -= charged;
    }
    this.#meter.spend(left, nowMs, nowMs);
  }

  #hold(holder: Holder, idle: number, pending: number): void {
    const isExact = this.#held <= Number.MAX_SAFE_INTEGER;
    this.#held += idle + pending - holder.idle - holder.pending;
    this.#idle += idle - holder.idle;
    holder.idle = idle;
    holder.pending = pending;
    // What was rounded is counted anew.
    if (!isExact) [this.#held, this.#idle] = this.#countHeld();
  }

  #countHeld(): [held: number, idle: number] {
    let [held, free] = [0, 0];
    for (const [, { idle, pending }] of this.#holders) {
      held += idle + pending;
      free += idle;
    }
    return [held, free];
  }

  #end(nowMs: number): void {
    if (nowMs < this.#nextEndMs) return;
    this.#nextEndMs = Infinity;
    for (const [agent, holder] of this.#holders) {
      const held = holder.idle + holder.pending;
      if (held === 0) continue;
      if (holder.endMs > nowMs) {
        this.#nextEndMs = Math.min(this.#nextEndMs, holder.endMs);
        continue;
      }
      this.#meter.spend(held, holder.endMs, nowMs);
      holder.assumed += held;
      this.#change(agent);
      this.#hold(holder, 0, 0);
    }
  }
}

/** Not put together of parts: there are very many, and such a one is half as large. */
const knownOf = ({ lease, account, used, counted, idle, pending, endMs, assumed }: Holder): Known => ({
  lease,
  account,
  used,
  counted,
  idle,
  pending,
  endMs,
  assumed,
  granted: undefined,
  isAmple: false,
  left: 0,
  waitMs: 0,
});

function holderOf(known: Known): Holder;
function holderOf(known: Known | undefined): Holder | undefined;
function holderOf(known: Known | undefined): Holder | undefined {
  if (known === undefined) return undefined;
  const { lease, account, used, counted, idle, pending, endMs, assumed } = known;
  return { lease, account, used, counted, idle, pending, endMs, assumed };
}
