import type { Calendar } from "#core/rate-limit/calendar-period.ts";

/** When an amount is there again, of which a ledger is kept. */
export type Period =
  | {
      readonly kind: "calendar";
      readonly calendar: Calendar;
      readonly timeZone: string;
      /** Of what was left, at most so much of the amount is added to the next one. */
      readonly carryPercent: number;
    }
  | { readonly kind: "rolling" }
  | { readonly kind: "once" };

export interface Ledger {
  /** Undefined at agents: the owner knows it. */
  readonly period?: Period;
  /** Nobody is refused. */
  readonly isOpen: boolean;
  /** All that is used was granted before: nobody is let through alone, and nothing costs more in the end than was taken for it. */
  readonly isGranted?: boolean;
}

/** Of what is for ever: longer than anybody waits. */
export const EVER_MS = 1000 * 366 * 24 * 3_600_000;

/** How much a bucket lets through. */
export interface Limit {
  /** Units, a whole number. */
  readonly amount: number;
  readonly perMs: number;
  /**
   * Absent: at most `amount` in any window of `perMs`. Else at most `burst + t * amount / perMs` in any time t, which is more in a
   * window, and steady instead of all at once.
   */
  readonly burst?: number;
  /** It is a Quota's: what was used of it is in a ledger. */
  readonly ledger?: Ledger;
  /** It is of requests at a time: each holds its place from its beginning to its end, and nothing is used. */
  readonly isPlaces?: boolean;
}

/** How long a place counts of whose holder nothing is heard, after its lease: of who is silent nobody knows what goes on. */
export const PLACE_MS = 60_000;

export const isSameLimit = (a: Limit, b: Limit): boolean =>
  a.amount === b.amount &&
  a.perMs === b.perMs &&
  a.burst === b.burst &&
  a.isPlaces === b.isPlaces &&
  isSameLedger(a.ledger, b.ledger);

function isSameLedger(a: Limit["ledger"], b: Limit["ledger"]): boolean {
  return (
    a?.isOpen === b?.isOpen && a?.isGranted === b?.isGranted && JSON.stringify(a?.period) === JSON.stringify(b?.period)
  );
}

/** Whether what was used of one tells what was used of the other. */
export const isOfOneKind = (a: Limit, b: Limit): boolean =>
  (a.burst === undefined) === (b.burst === undefined) &&
  a.isPlaces === b.isPlaces &&
  (a.ledger?.period === undefined) === (b.ledger?.period === undefined);

/** The most that may be admitted at one moment, and so the largest cost that can be. */
export const capacityOf = ({ amount, burst }: Limit): number => burst ?? amount;

/** The limit that one of `members` keeps to by itself; undefined where its part is less than one unit. */
export function shareOf(limit: Limit, members: number): Limit | undefined {
  const of = (units: number): number => Math.floor(units / Math.max(1, members));
  const amount = of(limit.amount);
  if (limit.burst === undefined) return amount < 1 ? undefined : { amount, perMs: limit.perMs };
  // The rate is split to the unit of time, so that parts of a unit are not lost with it.
  const burst = of(limit.burst);
  return burst < 1 ? undefined : { amount: limit.amount, perMs: limit.perMs * Math.max(1, members), burst };
}
