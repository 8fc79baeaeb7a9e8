import { fnv1a } from "#core/fnv1a.ts";
import { periodAt, type Span } from "#core/rate-limit/calendar-period.ts";
import type { Limit, Period } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { SlidingWindow } from "#core/rate-limit/sliding-window.ts";
import { percentOf } from "#core/whole-units.ts";

/** What a ledger says of one period. */
export interface LedgerEntry extends Span {
  readonly amount: number;
  readonly used: number;
  /** From the period before. */
  readonly carried: number;
  /** By people. */
  readonly added: number;
}

interface Row extends Span {
  used: number;
  added: number;
  /** When people began it anew last; 0: they have not. */
  resetMs: number;
}

/** Of one that refuses nobody. */
const OPEN_ROOM = Number.MAX_SAFE_INTEGER;
const EVER: Span = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
/** As a period is saved that has none before it. */
const NO_LAST = [-1, 0, 0, 0, 0];
const ROWS = 0;
const WINDOW = 1;
/** A window that people have begun anew. */
const RESET_WINDOW = 2;

/**
 * What was used of an amount in each period; times are the calendar's. What is charged late is charged to the period in which it
 * was used, while that is the last one. What was left of that one is counted as it stands then, and what is still held of it
 * counts as used in this: so no word that comes late makes too much of what was carried. What is given back late is of what it
 * was charged to: it is none where that was begun anew since, or is not known any more.
 */
export class LedgerMeter implements Meter {
  readonly #limit: Limit;
  readonly #period: Period;
  #row: Row | undefined;
  #last: (Row & { readonly carried: number }) | undefined;
  readonly #window: SlidingWindow | undefined;
  /** Pairs of time and units that were added to a rolling period, which leave it as uses do. */
  #added: number[] = [];
  /** Of another period than this is: it was used, nobody knows when. */
  #moved = 0;
  /** The same of what people added. */
  #movedAdded = 0;
  /** When a rolling period, or one of another kind, was begun anew last. */
  #resetMs = 0;

  constructor(limit: Limit, period: Period, saved: readonly number[] = []) {
    this.#limit = limit;
    this.#period = period;
    const [form, signature, ...numbers] = saved;
    const isRolling = period.kind === "rolling";
    const isSame = signature === signatureOf(period);
    if (form === WINDOW || form === RESET_WINDOW) {
      if (form === RESET_WINDOW) this.#resetMs = numbers.shift() ?? 0;
      const [count = 0, ...pairs] = numbers;
      if (isSame) this.#added = pairs.slice(0, count);
      else for (let at = 1; at < count; at += 2) this.#movedAdded += pairs[at] ?? 0;
      const uses = pairs.slice(count);
      if (isRolling) this.#window = new SlidingWindow(limit, uses);
      else for (let at = 1; at < uses.length; at += 2) this.#moved += uses[at] ?? 0;
    } else if (form === ROWS) {
      const [startMs = 0, endMs = 0, used = 0, added = 0, lastStart = -1, lastEnd = 0, lastUsed = 0, lastAdded = 0] =
        numbers;
      const [carried = 0, resetMs = 0, lastResetMs = 0] = numbers.slice(8);
      if (isSame) this.#row = { startMs, endMs, used, added, resetMs };
      else [this.#moved, this.#movedAdded, this.#resetMs] = [used, added, resetMs];
      if (isSame && lastStart >= 0)
        this.#last = {
          ...{ startMs: lastStart, endMs: lastEnd, used: lastUsed, added: lastAdded, carried, resetMs: lastResetMs },
        };
    }
    if (isRolling) this.#window ??= new SlidingWindow(limit);
  }

  room(nowMs: number): number {
    this.#roll(nowMs);
    if (this.#limit.ledger?.isOpen === true) return OPEN_ROOM;
    if (this.#window !== undefined) return this.#window.room(nowMs) + this.#sumAdded(nowMs);
    const { used = 0, added = 0 } = this.#row ?? {};
    return this.#limit.amount + this.#carried() + added - used;
  }

  spend(units: number, atMs: number, nowMs: number): void {
    if (units > 0) this.#charge(units, atMs, nowMs);
  }

  refund(units: number, atMs: number, nowMs: number): void {
    if (units > 0) this.#charge(-units, atMs, nowMs);
  }

  waitMs(amount: number, nowMs: number): number {
    this.#roll(nowMs);
    if (this.#window !== undefined) return this.#window.waitMs(Math.min(amount, this.#limit.amount), nowMs);
    return this.room(nowMs) >= amount ? 0 : (this.#row?.endMs ?? nowMs) - nowMs;
  }

  isFresh(nowMs: number): boolean {
    this.#roll(nowMs);
    if (this.#window !== undefined) return this.#window.isFresh(nowMs) && this.#sumAdded(nowMs) === 0;
    const { used = 0, added = 0 } = this.#row ?? {};
    return used === 0 && added === 0 && (this.#last?.used ?? 0) === 0;
  }

  add(units: number, nowMs: number): void {
    this.#roll(nowMs);
    if (this.#window !== undefined) this.#added.push(nowMs, units);
    else if (this.#row !== undefined) this.#row.added += units;
  }

  reset(nowMs: number): void {
    this.#roll(nowMs);
    if (this.#row !== undefined) Object.assign(this.#row, { used: 0, resetMs: nowMs });
    if (this.#window === undefined) return;
    this.#window.clear();
    this.#resetMs = nowMs;
  }

  /** The period that is, and the one before where it is known. */
  entries(nowMs: number): readonly LedgerEntry[] {
    this.#roll(nowMs);
    const { amount, perMs } = this.#limit;
    if (this.#window !== undefined) {
      const startMs = Math.floor(nowMs / perMs) * perMs;
      const used = amount - this.#window.room(nowMs);
      return [{ startMs, endMs: startMs + perMs, amount, used, carried: 0, added: this.#sumAdded(nowMs) }];
    }
    const told = ({ startMs, endMs, used, added }: Row, carried: number): LedgerEntry => ({
      ...{ startMs, endMs, amount, used, carried, added },
    });
    return [
      ...(this.#row === undefined ? [] : [told(this.#row, this.#carried())]),
      ...(this.#last === undefined ? [] : [told(this.#last, this.#last.carried)]),
    ];
  }

  save(): number[] {
    const signature = signatureOf(this.#period);
    // Nothing else is there before it has a time.
    if (this.#moved + this.#movedAdded > 0) {
      const resets = this.#resetMs > 0 ? [...NO_LAST, this.#resetMs] : [];
      return [ROWS, -1, 0, 0, this.#moved, this.#movedAdded, ...resets];
    }
    if (this.#window !== undefined) {
      const form = this.#resetMs > 0 ? [RESET_WINDOW, signature, this.#resetMs] : [WINDOW, signature];
      return [...form, this.#added.length, ...this.#added, ...this.#window.save()];
    }
    const row = this.#row;
    if (row === undefined) return [];
    const last = this.#last;
    const before = last && [last.startMs, last.endMs, last.used, last.added, last.carried];
    const resets = [row.resetMs, last?.resetMs ?? 0];
    const areReset = resets.some((resetMs) => resetMs > 0);
    return [
      ...[ROWS, signature, row.startMs, row.endMs, row.used, row.added],
      ...(before ?? (areReset ? NO_LAST : [])),
      ...(areReset ? resets : []),
    ];
  }

  #charge(units: number, atMs: number, nowMs: number): void {
    this.#roll(nowMs);
    if (this.#window !== undefined) {
      if (units > 0) this.#window.spend(units, atMs, nowMs);
      else if (atMs > this.#resetMs) this.#window.refund(-units, atMs);
      return;
    }
    const row = this.#row;
    if (row === undefined) return;
    const into = atMs < row.startMs && this.#last !== undefined ? this.#last : row;
    if (units < 0 && (atMs < into.startMs || atMs <= into.resetMs)) return;
    into.used = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, into.used + units));
  }

  /** At most so much of the amount as is said; of a period in which something was used. */
  #carried(): number {
    const last = this.#last;
    if (last === undefined || this.#period.kind !== "calendar" || last.used === 0) return 0;
    const { amount } = this.#limit;
    const left = Math.max(0, amount + last.carried + last.added - last.used);
    return Math.min(left, percentOf(amount, this.#period.carryPercent));
  }

  #roll(nowMs: number): void {
    if (this.#window !== undefined) {
      if (this.#moved > 0) this.#window.spend(this.#moved, nowMs, nowMs);
      if (this.#movedAdded > 0) this.#added.push(nowMs, this.#movedAdded);
      this.#moved = 0;
      this.#movedAdded = 0;
      return;
    }
    const before = this.#row;
    if (before !== undefined && nowMs < before.endMs) return;
    const span = this.#spanAt(nowMs);
    // Where clocks are put by less than a period, one may begin before the last has ended.
    const startMs = Math.max(span.startMs, before?.endMs ?? 0);
    const isNext = before !== undefined && before.endMs === startMs;
    this.#last = isNext ? { ...before, carried: this.#carried() } : undefined;
    this.#row = { startMs, endMs: span.endMs, used: this.#moved, added: this.#movedAdded, resetMs: this.#resetMs };
    this.#moved = 0;
    this.#movedAdded = 0;
    this.#resetMs = 0;
  }

  #spanAt(nowMs: number): Span {
    const period = this.#period;
    return period.kind === "calendar" ? periodAt(period.calendar, period.timeZone, nowMs) : EVER;
  }

  #sumAdded(nowMs: number): number {
    const { perMs } = this.#limit;
    while (this.#added.length > 0 && (this.#added[0] ?? 0) <= nowMs - perMs) this.#added.splice(0, 2);
    return this.#added.reduce((sum, units, at) => (at % 2 === 1 ? sum + units : sum), 0);
  }
}

/** By which it is known that what was saved is of the same periods. */
function signatureOf(period: Period): number {
  return fnv1a(period.kind === "calendar" ? `${period.calendar} ${period.timeZone}` : period.kind);
}
