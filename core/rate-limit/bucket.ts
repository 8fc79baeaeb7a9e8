import type { Charge, Outcome } from "#core/rate-limit/charge.ts";
import { LeaseHolder, type Moment } from "#core/rate-limit/lease-holder.ts";
import type { Grant } from "#core/rate-limit/lease-message.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";

/** After a refusal the owner is not asked for the key again for so long: a caller that keeps asking costs it nothing. */
const QUIET_MS = 10;
/** Nor for longer than this part of a window, which would be lost of it. */
const QUIET_PARTS = 1024;
/** A key that nobody asked for in so long is forgotten. */
export const UNUSED_MS = 1000;
export const NOT_DUE = -1;
const NOT_KNOWN = -1;
const LONG_AGO_MS = -1_000_000;

/** Until then requests that cost as much as the one that was refused are refused. */
interface Hushed {
  untilMs: number;
  cost: number;
  waitMs: number;
}

/** What was admitted alone: it counts on when the owner is back, for the next time that it is not. */
interface Alone {
  readonly meter: Meter;
  /** The part of the limit that it is of. */
  readonly share: Limit;
}

/** Units of a lease that are set aside for a request which waits. */
export interface Part {
  readonly units: number;
  /** When it ends, they are no longer. */
  readonly term: number;
}

export class Waiters extends Set<Waiting> {
  /** Of all of them, of this bucket. */
  cost = 0;
}

/** What few buckets have at a time: there are many of them. */
interface Rare {
  waiting: Waiters | undefined;
  aside: number;
  readonly terms: AsideTerms;
  asked: readonly Waiting[];
  hushed: Hushed | undefined;
  alone: Alone | undefined;
}

/** Units are set aside in a term, which ends with the lease that they are of. */
interface AsideTerms {
  own: number;
  lease: number;
}

let lastTerm = 0;

export class Bucket {
  readonly holder: LeaseHolder;
  /** Of what the owner was asked for lately, the part that it had; 1: it had more; NOT_KNOWN. */
  supply = NOT_KNOWN;
  /** In whole milliseconds, as `dueMs`: others are objects of their own. */
  askedMs = LONG_AGO_MS;
  /** The owner may believe that it holds units: it granted some, and was not told since that nothing is held. */
  mayHold = false;
  /** The owner knows no limit of it: who asks is as alone as if there was no owner. */
  isOrphan = false;
  /** After so long without an answer it is drawn for again: longer with each time, for only the last draw's answer is taken. */
  retryMs: number;
  /** When it is looked at again: what is planned for later is planned then. NOT_DUE: never. */
  dueMs = NOT_DUE;
  #rare: Rare | undefined;

  /** One that nobody has asked for yet. */
  constructor(key: string, limit: Limit, retryMs: number) {
    this.holder = new LeaseHolder(key, limit);
    this.retryMs = retryMs;
  }

  /** Those for whom it is asked, also who waits for another one, and finds here what it needs. */
  get waiting(): Waiters | undefined {
    return this.#rare?.waiting;
  }

  set waiting(waiting) {
    this.#set("waiting", waiting, waiting === undefined);
  }

  /** Units that are set aside for them: parts of this term. */
  get aside(): number {
    return this.#rare?.aside ?? 0;
  }

  set aside(aside) {
    this.#set("aside", aside, aside === 0);
  }

  /** Undefined while nothing can be set aside. */
  get asideTerms(): AsideTerms | undefined {
    return this.#rare?.terms;
  }

  /** Of the draw that is not answered, whom it asks for. */
  get asked(): readonly Waiting[] {
    return this.#rare?.asked ?? NOBODY;
  }

  set asked(asked) {
    this.#set("asked", asked, asked.length === 0);
  }

  get hushed(): Hushed | undefined {
    return this.#rare?.hushed;
  }

  set hushed(hushed) {
    this.#set("hushed", hushed, hushed === undefined);
  }

  get alone(): Alone | undefined {
    return this.#rare?.alone;
  }

  set alone(alone) {
    this.#set("alone", alone, alone === undefined);
  }

  /** The next term: what was set aside in the one before is nobody's. */
  beginTerm(): void {
    if (this.#rare === undefined) return;
    this.#rare.aside = 0;
    this.#rare.terms.own = ++lastTerm;
    this.#rare.terms.lease = this.holder.term;
  }

  #set<N extends Exclude<keyof Rare, "terms">>(name: N, value: Rare[N], isNothing: boolean): void {
    if (this.#rare === undefined) {
      if (isNothing) return;
      const terms = { own: ++lastTerm, lease: this.holder.term };
      this.#rare = { waiting: undefined, aside: 0, terms, asked: NOBODY, hushed: undefined, alone: undefined };
    }
    const rare: Rare = this.#rare;
    rare[name] = value;
    if (isNothing && isEmpty(rare)) this.#rare = undefined;
  }
}

const isEmpty = ({ waiting, aside, asked, hushed, alone }: Rare): boolean =>
  waiting === undefined && aside === 0 && asked.length === 0 && hushed === undefined && alone === undefined;

export interface Waiting {
  readonly charges: readonly Charge[];
  readonly done: (outcome: Outcome) => void;
  /** Buckets that were asked for it. */
  readonly asked: Set<Bucket>;
  /** What is set aside for it. */
  readonly parts: Map<Bucket, Part>;
  readonly sinceMs: number;
  /** It has waited long enough: what the owner does not say the agent decides. */
  isOverdue: boolean;
}

export const NOBODY: readonly Waiting[] = [];

/** As it is now: deciding one may change it. */
export const waitingFor = ({ waiting }: Bucket): readonly Waiting[] => (waiting === undefined ? NOBODY : [...waiting]);

/** What it costs of the bucket. */
export const costOf = ({ charges }: Waiting, { holder }: Bucket): number =>
  charges.find(({ key }) => key === holder.key)?.cost ?? 0;

export function join(bucket: Bucket, waiting: Waiting): void {
  bucket.waiting ??= new Waiters();
  if (bucket.waiting.has(waiting)) return;
  bucket.waiting.add(waiting);
  bucket.waiting.cost += costOf(waiting, bucket);
}

export const isIn = ({ waiting: all }: Bucket, waiting: Waiting): boolean => all?.has(waiting) === true;

export const isOfLedger = ({ holder }: Bucket): boolean => holder.limit.ledger !== undefined;

export const isQuiet = ({ waiting, askedMs, alone }: Bucket, { fastMs, slowMs }: Moment): boolean =>
  waiting === undefined && fastMs - askedMs >= UNUSED_MS && (alone === undefined || alone.meter.isFresh(slowMs));

/**
 * Those of the buckets that a request lacks which are to be asked first: those of which nothing is known, or the one that refuses
 * most. Nothing of the others is held for it meanwhile: else who is refused by one limit, again and again, keeps units of
 * another from those who could use them.
 */
export function askedFirst(lacking: readonly Bucket[]): readonly Bucket[] {
  const unknown = lacking.filter(isUnknown);
  // The first asks for all who come until it is known.
  const asked = unknown.filter(({ holder }) => holder.sentMs !== undefined);
  if (asked.length > 0) return asked;
  if (unknown.length > 0) return unknown;
  const scarcest = lacking.reduce((least, each) => (each.supply < least.supply ? each : least));
  return scarcest.supply < 1 ? [scarcest] : lacking;
}

/** The owner has said nothing of it yet. */
export const isUnknown = ({ supply }: Bucket): boolean => supply === NOT_KNOWN;

/** Nothing says that a request which lacks units of these may have to be refused. */
export const isPlenty = (lacking: readonly Bucket[]): boolean => lacking.every(({ supply }) => supply === 1);

/** Learns of an answer how much there is of what was asked for, and of what those lack who came meanwhile. */
export function learn(bucket: Bucket, { granted, left, trouble }: Grant, lacked: number): void {
  const { supply } = bucket;
  if (trouble !== undefined) return;
  const there = granted + left;
  if (left > 0 && there >= lacked) bucket.supply = 1;
  // One that had just enough may have too little again.
  else if (lacked > 0) {
    const part = Math.min(1, there / lacked);
    bucket.supply = isUnknown(bucket) ? part : (part + supply) / 2;
  }
}

/** The owner is not asked again for a while for as much as it had no room for. */
export function hush(bucket: Bucket, cost: number, { waitMs, trouble }: Grant, { fastMs }: Moment): void {
  const roomMs = Math.min(waitMs, bucket.holder.limit.perMs / QUIET_PARTS);
  const { hushed } = bucket;
  bucket.hushed = {
    cost: hushed === undefined || hushed.untilMs <= fastMs ? cost : Math.min(hushed.cost, cost),
    untilMs: fastMs + Math.min(QUIET_MS, trouble === undefined ? roomMs : QUIET_MS),
    waitMs,
  };
}
