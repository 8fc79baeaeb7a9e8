import type { Sums } from "#core/objectives/counter.ts";
import { FINE_MS, HOUR_MS, MINUTE_MS } from "#core/objectives/slot-sums.ts";
import { periodAt } from "#core/rate-limit/calendar-period.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";

const DAY_MS = 24 * HOUR_MS;

/**
 * Google's SRE workbook: such a part of the budget within the long window, and still burning in the short one. Of thirty days that is
 * 14.4, 6 and 1 times as fast as the budget lasts.
 */
const BURN_RULES = [
  { severity: "page", longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, budgetShare: 0.02 },
  { severity: "page", longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, budgetShare: 0.05 },
  { severity: "ticket", longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS, budgetShare: 0.1 },
] as const;
/** The longest of them. */
export const BURN_MS = 3 * DAY_MS;

/** How fast the budget goes: 1 is so that it lasts exactly; null where nothing was counted. */
export interface Burn {
  readonly severity: "page" | "ticket";
  readonly longMs: number;
  readonly shortMs: number;
  /** From which rate on it is too fast. */
  readonly factor: number;
  readonly longRate: number | null;
  readonly shortRate: number | null;
  readonly isBurning: boolean;
}

export interface ObjectiveState {
  readonly atMs: number;
  readonly fromMs: number;
  readonly total: number;
  readonly bad: number;
  /** Of 1; below 0 where more failed than may. Null where nothing was counted. */
  readonly budgetLeft: number | null;
  readonly burns: readonly Burn[];
}

/** The time that a budget is of, at a moment: from a whole hour of UTC on, where a day begins within one with that one. */
export function windowFrom({ window }: Pick<ObjectiveTerms, "window">, atMs: number): number {
  if ("calendar" in window) {
    const { startMs } = periodAt(window.calendar, window.timeZone, atMs - 1);
    return Math.floor(startMs / HOUR_MS) * HOUR_MS;
  }
  return Math.floor(atMs / HOUR_MS) * HOUR_MS - window.rollingMs + (atMs % HOUR_MS === 0 ? 0 : HOUR_MS);
}

/** How long a window is, as burn rates count it. */
export function windowMs({ window }: Pick<ObjectiveTerms, "window">): number {
  if ("rollingMs" in window) return window.rollingMs;
  return { Day: DAY_MS, Week: 7 * DAY_MS, Month: 30 * DAY_MS }[window.calendar];
}

/** From when on a sum of so long a time is: to the minute where minutes are known, else to the hour. */
export function sumFrom(atMs: number, lengthMs: number): number {
  const fromMs = atMs - lengthMs;
  return lengthMs <= FINE_MS ? fromMs : Math.floor(fromMs / HOUR_MS) * HOUR_MS;
}

export function judgeObjective(
  terms: ObjectiveTerms,
  atMs: number,
  between: (fromMs: number, toMs: number) => Sums,
): ObjectiveState {
  const fromMs = windowFrom(terms, atMs);
  const { total, bad } = between(fromMs, atMs);
  const allowed = 1 - terms.target;
  const sums = (lengthMs: number): Sums => between(sumFrom(atMs, lengthMs), atMs);
  const rate = (of: Sums): number | null => (of.total === 0 ? null : of.bad / of.total / allowed);
  return {
    ...{ atMs, fromMs, total, bad },
    budgetLeft: total === 0 ? null : 1 - bad / (total * allowed),
    burns: BURN_RULES.flatMap(({ severity, longMs, shortMs, budgetShare }) => {
      // A window that is not shorter than the objective's own tells nothing new.
      if (longMs >= windowMs(terms)) return [];
      // Slower than the budget lasts nothing burns too fast.
      const factor = Math.max(1, (budgetShare * windowMs(terms)) / longMs);
      const [long, short] = [sums(longMs), sums(shortMs)];
      const [longRate, shortRate] = [rate(long), rate(short)];
      const isOn = severity === "page" ? terms.pages : terms.tickets;
      const isBurning = isOn && long.bad >= terms.atLeast && (longRate ?? 0) >= factor && (shortRate ?? 0) >= factor;
      return [{ severity, longMs, shortMs, factor, longRate, shortRate, isBurning }];
    }),
  };
}
