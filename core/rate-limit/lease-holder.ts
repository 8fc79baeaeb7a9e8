import type { Draw, Grant, Spent } from "#core/rate-limit/lease-message.ts";
import { capacityOf, type Limit } from "#core/rate-limit/limit.ts";

/** Uses that a draw tells one by one: of more, neighbours are told as one. */
const SPENT_MAX = 16;
/** Uses within this part of a window are one. */
const USE_PARTS = 128;
/** Of what has longer windows: as if they were so long. */
const WINDOW_MS_MAX = 512_000;
/** One lease lasts an agent for this part of a window, or for two answers of the owner, at the rate at which it uses it. */
const HORIZON_PARTS = 256;
/** Where the owner has this part of the amount left, nobody lacks what lies idle: a lease lasts longer, and is renewed long before it is used up. */
const PLENTY_PARTS = 4;
const PLENTY_HORIZON_PARTS = 8;
const PLENTY_HORIZON_MS_MAX = 250;
/** Of what was predicted before, what a draw still believes where less was used since: answers and requests come in bursts. */
const BELIEVED_AGAIN = 0.5;
/** Answers of the owner that what is idle is to last for when it is drawn again. */
const ANSWERS_AHEAD = 3;

/** Units that were taken for a request, until it is known what it costs. */
export interface Taken {
  readonly amount: number;
  /** Of what it costs, used as far as is known; at least `amount`. */
  told: number;
  readonly atMs: number;
  /** During which lease: when that has ended, they are used, whatever the request costs. */
  readonly term: number;
  /** They are among what is pending until then. */
  readonly isPending: boolean;
  /** Of that lease; else they were taken without one. */
  readonly isLent: boolean;
}

/** The agent's two clocks: a lease ends by the fast one, and the age of a use is what the slow one says. */
export interface Moment {
  readonly fastMs: number;
  readonly slowMs: number;
}

/** An agent's part of one bucket: what it holds, and what it has used. */
export class LeaseHolder {
  readonly key: string;
  /** As the request that came last has it. */
  limit: Limit;
  /** Units that are held and were not taken. */
  #idle = 0;
  /** The fewest of them since it was looked last what lies idle. */
  #idleLeast = 0;
  #pending = 0;
  /** Requests whose cost is not known yet. */
  #unsettled = 0;
  #used = 0;
  #counted = 0;
  /** Used, and not known to be counted: pairs of units and time. */
  #uses: readonly number[] = NO_USES;
  #term = 0;
  /** What was pending before this one is used: places are not, and a rule may come to count them, or no longer. */
  #usedTerm = 0;
  #account: number | undefined;
  #endMs = -Infinity;
  #ttlMs = 0;
  #sent: { readonly lease: number; readonly atMs: number; readonly used: number; readonly uses: number } | undefined;
  #answerMs = 0;
  /** What the owner had besides when it answered. */
  #left = 0;
  /** Taken since `#sinceMs`, from which comes the rate at which units are used, in a millisecond. */
  #takenSince = 0;
  #sinceMs = 0;
  #rate = 0;
  /** It draws again when less is idle; 0 where there is no more than requests wait for. */
  #low = 0;

  constructor(key: string, limit: Limit) {
    this.key = key;
    this.limit = limit;
  }

  /** Held, or used and not known to be counted. */
  get unsafe(): number {
    return this.#idle + this.#pending + this.#used - this.#counted;
  }

  get idle(): number {
    return this.#idle;
  }

  /** Which lease it is: what is idle ends with it. */
  get term(): number {
    return this.#term;
  }

  /** Units that may yet be used, as far as it was told. */
  get left(): number {
    return this.#idle + this.#left;
  }

  /** When the draw was sent that is not answered. */
  get sentMs(): number | undefined {
    return this.#sent?.atMs;
  }

  /** How long answers take: the last, or longer where those before did. */
  get answerMs(): number {
    return this.#answerMs;
  }

  /** When it is to draw again; undefined where there is nothing to tell. */
  get renewMs(): number | undefined {
    const hasNews = this.#idle + this.#pending > 0 || this.#used !== this.#counted;
    return hasNews ? this.#endMs - this.#ttlMs / 2 : undefined;
  }

  /**
   * Whether it is to draw although nobody waits: half of its lease is over and it has something to tell, or there was more
   * and what is idle would not last until the answers come.
   */
  isLow(now: Moment): boolean {
    if (this.#sent !== undefined) return false;
    const { renewMs } = this;
    if (renewMs !== undefined && now.fastMs >= renewMs) return true;
    return this.#idle < this.#low;
  }

  /** Units of requests that have not ended: of places, all that are taken. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether nothing is held and all that was used is known to be counted. */
  get isSettled(): boolean {
    return (
      this.#idle + this.#pending + this.#unsettled === 0 && this.#used === this.#counted && this.#sent === undefined
    );
  }

  /**
   * Ends a lease whose time is over: what is pending of it is used, and nothing can be taken from it. A place is held by its request
   * and not by a lease: it stays taken, and the next draw says so.
   */
  lapse(now: Moment): void {
    const { isPlaces = false } = this.limit;
    if (now.fastMs < this.#endMs || this.#idle + (isPlaces ? 0 : this.#pending) === 0) return;
    this.release();
    this.#term += 1;
    if (isPlaces) return;
    this.#use(this.#pending, now.slowMs);
    this.#pending = 0;
    this.#usedTerm = this.#term;
  }

  take(amount: number, now: Moment): Taken {
    this.#idle -= amount;
    if (this.#idle < this.#idleLeast) this.#idleLeast = this.#idle;
    this.#pending += amount;
    this.#takenSince += amount;
    this.#unsettled += 1;
    return { amount, told: amount, atMs: now.slowMs, term: this.#term, isPending: true, isLent: true };
  }

  /** So much a request has cost so far that has not ended: what it was not taken for is used. Answers how much more that is than before. */
  grow(taken: Taken, cost: number, now: Moment): number {
    this.lapse(now);
    const more = Math.max(0, cost - taken.told);
    taken.told += more;
    this.#use(more, now.slowMs);
    return more;
  }

  /** What a request cost in the end: what it did not cost is idle again, what it cost besides is used all the same. */
  settle({ amount, told, atMs, term, isPending, isLent }: Taken, cost: number, now: Moment): void {
    this.lapse(now);
    this.#unsettled -= 1;
    const wasPending = isPending && term >= this.#usedTerm;
    const isOfLease = isLent && term === this.#term;
    if (wasPending) this.#pending -= amount;
    if (this.limit.isPlaces === true) {
      if (isOfLease && now.fastMs < this.#endMs) this.#idle += amount;
      return;
    }
    if (isOfLease) this.#idle += Math.max(0, amount - cost);
    if (wasPending) this.#use(Math.min(cost, amount), atMs);
    this.#use(cost - told, now.slowMs);
  }

  /** Counts what is admitted without a lease. */
  takeAlone(amount: number, now: Moment): Taken {
    const { isPlaces = false } = this.limit;
    this.#unsettled += 1;
    if (isPlaces) this.#pending += amount;
    else this.#use(amount, now.slowMs);
    return { amount, told: amount, atMs: now.slowMs, term: this.#term, isPending: isPlaces, isLent: false };
  }

  /** Of a request that was let through before, and for which so much is counted elsewhere; a place it holds here from now on. */
  resume(told: number, now: Moment): Taken {
    return this.limit.isPlaces === true ? this.takeAlone(told, now) : { ...this.takeAlone(0, now), told };
  }

  /** Gives back what is idle, but for so much: by the next draw. */
  release(kept = 0): void {
    this.#idle = kept;
    this.#idleLeast = 0;
    this.#low = 0;
  }

  /** The same of what lay idle all the time since the last call: so many. */
  giveBack(): number {
    const unused = this.#idleLeast;
    this.#idle -= unused;
    this.#idleLeast = this.#idle;
    return unused;
  }

  /** The last draw, of a holder that is settled: nothing is wanted any more. */
  close(agent: string, lease: number, now: Moment): Draw | undefined {
    this.#takenSince = 0;
    return this.#account === undefined ? undefined : this.draw(agent, lease, [], now);
  }

  /** `isAwaited`: somebody waits for what is idle. */
  draw(agent: string, lease: number, needs: readonly number[], now: Moment, isAwaited = false): Draw {
    this.lapse(now);
    this.#account ??= lease;
    const observed = this.#takenSince / Math.max(1, now.fastMs - this.#sinceMs);
    this.#rate = Math.max(observed, this.#rate * BELIEVED_AGAIN);
    // Who has used nothing for half a lease needs none.
    if (needs.length === 0 && this.#takenSince === 0 && !isAwaited) {
      this.release();
      this.#rate = 0;
    }
    const want = Math.ceil(this.#rate * this.#horizonMs);
    this.#takenSince = 0;
    this.#sinceMs = now.fastMs;
    this.#compact();
    this.#sent = { lease, atMs: now.fastMs, used: this.#used, uses: this.#uses.length };
    return {
      ...{
        agent,
        key: this.key,
        lease,
        account: this.#account,
        used: this.#used,
        counted: this.#counted,
        spent: this.#tell(now),
      },
      ...{ idle: this.#idle, pending: this.#pending, needs, want: Math.max(0, want - this.#idle) },
    };
  }

  /** Takes the answer to the last draw; false for any other, and for one that came when its time was over. */
  accept(grant: Grant, now: Moment): boolean {
    const sent = this.#sent;
    if (sent === undefined || grant.lease !== sent.lease) return false;
    this.lapse(now);
    this.#sent = undefined;
    if (grant.trouble !== undefined) return true;
    this.#counted = sent.used;
    this.#uses = this.#uses.length === sent.uses ? NO_USES : this.#uses.slice(sent.uses);
    this.#answerMs = Math.max(now.fastMs - sent.atMs, this.#answerMs * BELIEVED_AGAIN);
    const endMs = sent.atMs + grant.ttlMs;
    if (endMs <= now.fastMs) return true;
    this.#endMs = endMs;
    this.#ttlMs = grant.ttlMs;
    this.#idle += grant.granted;
    this.#left = grant.left;
    this.#low = !grant.isAmple ? 0 : Math.max(this.#idle / 2, this.#rate * ANSWERS_AHEAD * this.#answerMs);
    return true;
  }

  get #horizonMs(): number {
    const windowMs = Math.min(this.limit.perMs, WINDOW_MS_MAX);
    const isPlenty = this.#left * PLENTY_PARTS >= capacityOf(this.limit);
    const leastMs = isPlenty
      ? Math.min(windowMs / PLENTY_HORIZON_PARTS, PLENTY_HORIZON_MS_MAX)
      : windowMs / HORIZON_PARTS;
    return Math.max(leastMs, (isPlenty ? 2 * ANSWERS_AHEAD : 2) * this.#answerMs);
  }

  #use(amount: number, atMs: number): void {
    if (amount <= 0) return;
    this.#used += amount;
    const uses = this.#uses;
    const lastMs = uses.at(-1);
    const isOpen = lastMs !== undefined && uses.length !== this.#sent?.uses;
    const unsent = (uses.length - (this.#sent?.uses ?? 0)) / 2;
    if (isOpen && (unsent >= 2 * SPENT_MAX || this.#partOf(lastMs) === this.#partOf(atMs))) {
      const all = uses as number[];
      all[all.length - 2] = (all[all.length - 2] ?? 0) + amount;
      all[all.length - 1] = Math.max(lastMs, atMs);
    } else this.#uses = uses.length === 0 ? [amount, atMs] : uses.concat(amount, atMs);
  }

  #partOf(atMs: number): number {
    return Math.floor((atMs * USE_PARTS) / Math.min(this.limit.perMs, WINDOW_MS_MAX));
  }

  /** Neighbours are told as one, at the time of the later. */
  #compact(): void {
    while (this.#uses.length > 2 * SPENT_MAX) {
      const joined: number[] = [];
      for (let at = 0; at < this.#uses.length; at += 4) {
        const [amount = 0, atMs = 0, nextAmount = 0, nextMs = atMs] = this.#uses.slice(at, at + 4);
        joined.push(amount + nextAmount, Math.max(atMs, nextMs));
      }
      this.#uses = joined;
    }
  }

  #tell({ slowMs }: Moment): Spent[] {
    const told: Spent[] = [];
    for (let at = 0; at < this.#uses.length; at += 2)
      told.push({ amount: this.#uses[at] ?? 0, agoMs: Math.max(0, slowMs - (this.#uses[at + 1] ?? 0)) });
    return told;
  }
}

/** Most holders have none most of the time. */
const NO_USES: readonly number[] = [];
