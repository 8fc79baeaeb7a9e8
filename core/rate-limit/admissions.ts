import {
  askedFirst,
  Bucket,
  costOf,
  hush,
  isIn,
  isOfLedger,
  isPlenty,
  isQuiet,
  isUnknown,
  join,
  learn,
  NOBODY,
  NOT_DUE,
  UNUSED_MS,
  type Waiting,
  waitingFor,
} from "#core/rate-limit/bucket.ts";
import type { Admitted, Charge, Outcome, Refusal } from "#core/rate-limit/charge.ts";
import { becauseAlone, hasRoomAlone } from "#core/rate-limit/decide-alone.ts";
import { DueTimes } from "#core/rate-limit/due-times.ts";
import type { LeaseHolder, Moment, Taken } from "#core/rate-limit/lease-holder.ts";
import { type Draw, type Grant, NEEDS_MAX } from "#core/rate-limit/lease-message.ts";
import { type LedgerJournal, noteMore, noteTaken } from "#core/rate-limit/ledger-journal.ts";
import { capacityOf } from "#core/rate-limit/limit.ts";
import { checkParts, freeOf, isThere, lackOf, leave, setAside } from "#core/rate-limit/parts.ts";

export interface AdmissionsOptions {
  /** One run of the agent. */
  readonly agent: string;
  readonly send: (draw: Draw) => void;
  /** After so long without an answer a draw is sent again, as another one. */
  readonly retryMs: number;
  /** After so long without any, the agent is alone. */
  readonly patienceMs: number;
  /** Of keys whose limits have a ledger. */
  readonly journal?: LedgerJournal | undefined;
  /** Keys at a time; requests of more are refused, and it is told why. */
  readonly keysMax: number;
}

const RETRY_MS_MAX = 2000;
/** Of requests at a time, places that nobody took for so long go back. */
const FREE_PLACE_MS = 20;

/**
 * What an agent admits: a request when all of its buckets have room, and then it is charged to all; else to none. Without a clock
 * of its own or a connection: `tick` is to be called every few milliseconds, and `answer` with what the owner says.
 */
export class Admissions {
  readonly #options: AdmissionsOptions;
  readonly #buckets = new Map<string, Bucket>();
  readonly #due = new DueTimes<Bucket>();
  #lease = 0;
  /** Of the last draw of any key. */
  #sentMs = -Infinity;
  /** Since when the owner has been silent though asked. */
  #silentMs: number | undefined;
  #isAlone = false;
  /** While an answer is handed out: buckets that are asked for when all have had their turn, in one draw. */
  #toAsk: Set<Bucket> | undefined;

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Units of a key that are lost with the agent: held, or used and not told. */
  unsafe(key: string): number {
    return this.#buckets.get(key)?.holder.unsafe ?? 0;
  }

  /** Units of a key that may yet be used, as far as is known. */
  left(key: string): number {
    return this.#buckets.get(key)?.holder.left ?? 0;
  }

  /** Decides now or after the owner's answer; `done` is called once. Charges are of different keys. */
  admit(charges: readonly Charge[], now: Moment, done: (outcome: Outcome) => void): void {
    const refused = charges.map((charge) => this.#refusalOf(charge, now)).find((refusal) => refusal !== undefined);
    if (refused === undefined)
      this.#decide({ charges, done, parts: new Map(), asked: new Set(), sinceMs: now.fastMs, isOverdue: false }, now);
    else done(refused);
  }

  /** Goes on with a request that a former run let through: what it costs besides `charged`, which is charged already, is used. Of places, `charged` is what it holds. */
  resume(charge: Pick<Charge, "key" | "limit">, charged: number, now: Moment): Admitted {
    const bucket = this.#bucketOf(charge);
    bucket.askedMs = Math.floor(now.fastMs);
    return this.#admitted([charge], [[bucket.holder, bucket.holder.resume(charged, now)]]);
  }

  /** What the owner says. */
  answer(grant: Grant, now: Moment): void {
    // Whatever it answers, it is there.
    this.#silentMs = undefined;
    this.#isAlone = false;
    const bucket = this.#buckets.get(grant.key);
    const lacked = bucket === undefined ? 0 : lackOf(bucket, now);
    if (bucket === undefined || !bucket.holder.accept(grant, now)) return;
    bucket.retryMs = Math.min(Math.max(this.#options.retryMs, 2 * bucket.holder.answerMs), RETRY_MS_MAX);
    const { asked } = bucket;
    const isForOthers = asked.some((waiting) => !isIn(bucket, waiting));
    bucket.asked = NOBODY;
    bucket.mayHold = grant.granted > 0;
    bucket.isOrphan = grant.trouble === "unknown-limit";
    const wasUnknown = isUnknown(bucket);
    learn(bucket, grant, lacked);
    // A key that the owner has no room for has none for anybody.
    const forAll = grant.trouble === "too-many-keys" ? grant : undefined;
    const toAsk = new Set([bucket]);
    this.#toAsk = toAsk;
    try {
      for (const waiting of asked) if (isIn(bucket, waiting)) this.#serve(waiting, bucket, now, grant);
      // What is left serves who came meanwhile: another draw would give it back.
      for (const waiting of waitingFor(bucket)) {
        if (!isIn(bucket, waiting)) continue;
        if (wasUnknown && forAll === undefined) this.#decide(waiting, now);
        else this.#serve(waiting, bucket, now, forAll);
      }
    } finally {
      this.#toAsk = undefined;
    }
    for (const each of toAsk) this.#ask(each, now);
    if (isForOthers) this.#giveBack(bucket, now);
    this.#plan(bucket, this.#nextMs(bucket, now));
  }

  /** Sets aside its part of what came, and decides it unless it lacks some; `grant`: the answer for which it was asked. */
  #serve(waiting: Waiting, bucket: Bucket, now: Moment, grant?: Grant): void {
    if (bucket.isOrphan || setAside(bucket, waiting, now) === 0) this.#decide(waiting, now);
    else if (grant !== undefined) this.#lack(waiting, bucket, grant, now);
  }

  /** It was asked for one, and there is not enough: unless that says nothing of the limit, it is refused. */
  #lack(waiting: Waiting, bucket: Bucket, grant: Grant, now: Moment): void {
    if (grant.trouble === "stale" || (grant.waitMs === 0 && grant.trouble === undefined)) return;
    hush(bucket, costOf(waiting, bucket), grant, now);
    this.#refuse(waiting, grant.key, grant.trouble === undefined ? "limit" : "too-many-keys", grant.waitMs, now);
  }

  /** Renews, gives back, asks again, and decides alone where the owner is silent. */
  tick(now: Moment): void {
    const { patienceMs } = this.#options;
    if (!this.#isAlone && this.#silentMs !== undefined && now.fastMs - this.#silentMs >= patienceMs) {
      this.#isAlone = true;
      for (const bucket of [...this.#buckets.values()]) for (const each of waitingFor(bucket)) this.#decide(each, now);
    }
    for (const bucket of this.#due.take(now.fastMs)) {
      bucket.dueMs = NOT_DUE;
      this.#attend(bucket, now);
    }
  }

  #attend(bucket: Bucket, now: Moment): void {
    const { holder } = bucket;
    const { agent, retryMs, patienceMs } = this.#options;
    if (this.#buckets.get(holder.key) !== bucket) return;
    holder.lapse(now);
    const isLate = holder.sentMs !== undefined && now.fastMs - holder.sentMs >= bucket.retryMs;
    if (isLate) {
      this.#silentMs ??= holder.sentMs;
      bucket.retryMs = Math.min(2 * bucket.retryMs, RETRY_MS_MAX);
    }
    const mayReturn = holder.limit.isPlaces === true && holder.sentMs === undefined && bucket.waiting === undefined;
    if (mayReturn && holder.giveBack() > 0) {
      this.#send(bucket, now);
      return;
    }
    for (const waiting of waitingFor(bucket)) {
      if (now.fastMs - waiting.sinceMs < patienceMs) continue;
      waiting.isOverdue = true;
      this.#decide(waiting, now);
    }
    if (isLate || holder.isLow(now)) {
      // An owner that is away is asked for one key at a time.
      if (!this.#isAlone || now.fastMs - this.#sentMs >= retryMs) this.#send(bucket, now);
      else this.#plan(bucket, now.fastMs + retryMs);
    } else if (isOfLedger(bucket) && bucket.mayHold && holder.isSettled && isQuiet(bucket, now)) {
      // A grant that came too late is charged until it is said that nothing of it was used.
      this.#send(bucket, now);
    } else if (holder.isSettled && isQuiet(bucket, now)) {
      // The owner may forget what it knows to be known; nobody minds when this is lost.
      this.#lease += 1;
      const last = holder.close(agent, this.#lease, now);
      if (isOfLedger(bucket)) this.#options.journal?.closed(holder.key);
      if (last !== undefined) this.#options.send(last);
      this.#buckets.delete(holder.key);
    } else this.#plan(bucket, this.#nextMs(bucket, now));
  }

  #plan(bucket: Bucket, atMs: number): void {
    if (bucket.dueMs !== NOT_DUE && bucket.dueMs <= atMs) return;
    bucket.dueMs = Math.ceil(atMs);
    this.#due.add(bucket, atMs);
  }

  /** When it is to be attended to next, if nothing happens. */
  #nextMs({ holder, askedMs, retryMs, waiting }: Bucket, now: Moment): number {
    const ownMs = holder.sentMs === undefined ? (holder.renewMs ?? askedMs + UNUSED_MS) : holder.sentMs + retryMs;
    const isFree = holder.limit.isPlaces === true && holder.sentMs === undefined && holder.idle > 0;
    const freeMs = isFree ? now.fastMs + FREE_PLACE_MS : Infinity;
    const [first] = waiting ?? [];
    const nextMs = Math.min(ownMs, freeMs, (first?.sinceMs ?? Infinity) + this.#options.patienceMs);
    return nextMs > now.fastMs ? nextMs : now.fastMs + this.#options.retryMs;
  }

  /** Why a charge cannot be, where that needs no asking. */
  #refusalOf({ key, limit, cost }: Charge, now: Moment): Outcome | undefined {
    const refuse = (because: Refusal, retryMs: number): Outcome => ({ kind: "refused", key, because, retryMs });
    if (cost > capacityOf(limit)) return refuse("cost-above-limit", Infinity);
    const bucket = this.#buckets.get(key);
    if (bucket === undefined)
      return this.#buckets.size < this.#options.keysMax ? undefined : refuse("too-many-keys", this.#options.patienceMs);
    const { hushed } = bucket;
    if (hushed === undefined) return undefined;
    const leftMs = hushed.untilMs - now.fastMs;
    return leftMs > 0 && cost >= hushed.cost && freeOf(bucket, now) < cost
      ? refuse("limit", Math.max(leftMs, hushed.waitMs))
      : undefined;
  }

  #bucketOf({ key, limit }: Pick<Charge, "key" | "limit">): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      known.holder.limit = limit;
      return known;
    }
    const bucket = new Bucket(key, limit, this.#options.retryMs);
    this.#buckets.set(key, bucket);
    this.#plan(bucket, 0);
    return bucket;
  }

  /** Admits, refuses, or waits for those buckets that lack units. */
  #decide(waiting: Waiting, now: Moment): void {
    for (const charge of waiting.charges) this.#bucketOf(charge).askedMs = Math.floor(now.fastMs);
    const lacking = waiting.charges.filter((charge) => !isThere(this.#bucketOf(charge), charge.cost, waiting, now));
    const alone: Charge[] = [];
    const lacked: Bucket[] = [];
    for (const charge of lacking) {
      const bucket = this.#bucketOf(charge);
      // What nobody has a limit of any more is not limited.
      if (bucket.isOrphan || (this.#isDecidingAlone(waiting) && hasRoomAlone(bucket, charge, now))) alone.push(charge);
      else if (!this.#isDecidingAlone(waiting)) lacked.push(bucket);
      else {
        this.#refuse(waiting, charge.key, becauseAlone(charge), 0, now);
        return;
      }
    }
    if (lacked.length === 0) {
      this.#take(waiting, alone, now);
      return;
    }
    const first = askedFirst(lacked);
    // Where all have plenty it has its part of each, else all who wait would take the same units for theirs.
    const isHeld = isPlenty(first);
    for (const charge of waiting.charges) {
      const bucket = this.#bucketOf(charge);
      if (bucket.isOrphan) leave(bucket, waiting, now);
      else if (first.includes(bucket)) {
        join(bucket, waiting);
        waiting.asked.add(bucket);
        this.#ask(bucket, now);
      } else if (isHeld) {
        join(bucket, waiting);
        setAside(bucket, waiting, now);
      } else {
        if (!waiting.parts.has(bucket)) leave(bucket, waiting, now);
        continue;
      }
      this.#plan(bucket, waiting.sinceMs + this.#options.patienceMs);
    }
  }

  #isDecidingAlone({ isOverdue }: Waiting): boolean {
    return this.#isAlone || isOverdue;
  }

  #take(waiting: Waiting, alone: readonly Charge[], now: Moment): void {
    const unwritten = noteTaken(this.#options.journal, waiting.charges);
    if (unwritten !== undefined) {
      this.#refuse(waiting, unwritten.key, "uncoordinated", 0, now);
      return;
    }
    const taken: (readonly [LeaseHolder, Taken])[] = [];
    for (const charge of waiting.charges) {
      const bucket = this.#bucketOf(charge);
      leave(bucket, waiting, now);
      if (alone.includes(charge)) {
        bucket.alone?.meter.spend(charge.cost, now.slowMs, now.slowMs);
        taken.push([bucket.holder, bucket.holder.takeAlone(charge.cost, now)]);
      } else taken.push([bucket.holder, bucket.holder.take(charge.cost, now)]);
      checkParts(bucket);
    }
    for (const charge of waiting.charges) this.#ask(this.#bucketOf(charge), now);
    waiting.done(this.#admitted(waiting.charges, taken));
  }

  #admitted(charges: readonly Pick<Charge, "limit">[], taken: readonly (readonly [LeaseHolder, Taken])[]): Admitted {
    const hasLedger = (index: number): boolean => charges[index]?.limit.ledger !== undefined;
    return {
      kind: "admitted",
      settle: (at, costs) => {
        for (const [index, [holder, units]] of taken.entries()) {
          const cost = costs?.[index] ?? units.amount;
          if (hasLedger(index)) noteMore(this.#options.journal, holder.key, cost - units.told);
          holder.settle(units, cost, at);
          this.#returnPlaces(holder, at);
        }
      },
      grow: (at, costs) => {
        for (const [index, [holder, units]] of taken.entries()) {
          const more = holder.grow(units, costs[index] ?? 0, at);
          if (hasLedger(index)) noteMore(this.#options.journal, holder.key, more);
        }
      },
    };
  }

  /** A place that is free again is somebody else's, unless the next request here takes it soon. */
  #returnPlaces(holder: LeaseHolder, now: Moment): void {
    const bucket = this.#buckets.get(holder.key);
    if (holder.limit.isPlaces === true && bucket !== undefined) this.#plan(bucket, this.#nextMs(bucket, now));
  }

  #refuse(waiting: Waiting, key: string, because: Refusal, retryMs: number, now: Moment): void {
    for (const charge of waiting.charges) {
      const bucket = this.#bucketOf(charge);
      leave(bucket, waiting, now);
      if (charge.key !== key && waiting.asked.has(bucket)) this.#giveBack(bucket, now);
    }
    waiting.done({ kind: "refused", key, because, retryMs });
  }

  /** What came for somebody who does not need it any more is somebody else's. */
  #giveBack(bucket: Bucket, now: Moment): void {
    if (freeOf(bucket, now) <= 0 || lackOf(bucket, now) > 0) return;
    bucket.holder.release(bucket.aside);
    this.#send(bucket, now);
  }

  #ask(bucket: Bucket, now: Moment): void {
    if (this.#toAsk !== undefined) this.#toAsk.add(bucket);
    else if (bucket.holder.sentMs === undefined && (lackOf(bucket, now) > 0 || bucket.holder.isLow(now)))
      this.#send(bucket, now);
  }

  #send(bucket: Bucket, now: Moment): void {
    const { holder } = bucket;
    const asked: Waiting[] = [];
    const needs: number[] = [];
    for (const waiting of waitingFor(bucket)) {
      // What it still holds serves the first.
      const need = setAside(bucket, waiting, now);
      if (need === 0) continue;
      if (needs.length === (isUnknown(bucket) ? 1 : NEEDS_MAX)) break;
      asked.push(waiting);
      needs.push(need);
    }
    bucket.asked = asked.length === 0 ? NOBODY : asked;
    this.#lease += 1;
    this.#sentMs = now.fastMs;
    const draw = holder.draw(this.#options.agent, this.#lease, needs, now, bucket.waiting !== undefined);
    this.#plan(bucket, this.#nextMs(bucket, now));
    if (isOfLedger(bucket)) this.#options.journal?.drew(draw);
    this.#options.send(draw);
  }
}
