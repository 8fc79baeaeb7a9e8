export type Calendar = "Hour" | "Day" | "Week" | "Month";

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No time zone is further from UTC, and no clock is put by more. */
const OFFSET_MS_MAX = 16 * HOUR_MS;

/** The last one of each calendar and time zone: where one begins, it does for all keys at once. */
const lastSpans = new Map<string, Span>();

/**
 * The period that a moment is in, from its beginning to that of the next: an hour of the clock on the wall, or whole days of the
 * time zone, which have 23 or 25 hours where the clock is put. A day that has no midnight begins with its first moment.
 */
export function periodAt(calendar: Calendar, timeZone: string, atMs: number): Span {
  const name = `${calendar} ${timeZone}`;
  const last = lastSpans.get(name);
  if (last !== undefined && last.startMs <= atMs && atMs < last.endMs) return last;
  const span = findPeriod(calendar, timeZone, atMs);
  // An hour in which the clock is put may overlap another.
  const isAlone = calendar !== "Hour" || offsetAt(timeZone, span.startMs) === offsetAt(timeZone, span.endMs - 1);
  if (isAlone) lastSpans.set(name, span);
  return span;
}

function findPeriod(calendar: Calendar, timeZone: string, atMs: number): Span {
  if (calendar === "Hour") {
    // Offsets that are no whole hours are told apart by what is over; where the clock is put by hours, one comes twice.
    const into = mod(atMs + offsetAt(timeZone, atMs), HOUR_MS);
    return { startMs: atMs - into, endMs: atMs - into + HOUR_MS };
  }
  const { year, month, day } = dateAt(timeZone, atMs);
  const today = Date.UTC(year, month - 1, day);
  const [first, next] = {
    Day: [today, today + DAY_MS],
    Week: [mondayOf(today), mondayOf(today) + 7 * DAY_MS],
    Month: [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1)],
  }[calendar] as [number, number];
  return { startMs: beginningOf(timeZone, first), endMs: beginningOf(timeZone, next) };
}

/** As long as such a period is at most. */
export const LONGEST_MS: Readonly<Record<Calendar, number>> = {
  Hour: HOUR_MS,
  Day: 25 * HOUR_MS,
  Week: 7 * DAY_MS + HOUR_MS,
  Month: 31 * DAY_MS + HOUR_MS,
};

/** Days since 1970 are counted from a Thursday. */
const mondayOf = (utcDay: number): number => utcDay - mod(utcDay / DAY_MS + 3, 7) * DAY_MS;
const mod = (value: number, by: number): number => ((value % by) + by) % by;

/** The first moment at which a time zone has a date, which is written as midnight of it in UTC. */
function beginningOf(timeZone: string, utcDay: number): number {
  let [before, after] = [utcDay - OFFSET_MS_MAX, utcDay + OFFSET_MS_MAX];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const { year, month, day } = dateAt(timeZone, middle);
    if (Date.UTC(year, month - 1, day) >= utcDay) after = middle;
    else before = middle;
  }
  return after;
}

function offsetAt(timeZone: string, atMs: number): number {
  const { year, month, day, hour, minute, second } = dateAt(timeZone, atMs);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function dateAt(
  timeZone: string,
  atMs: number,
): Record<"year" | "month" | "day" | "hour" | "minute" | "second", number> {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en", {
      ...{ timeZone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23" },
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)] as const));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    ...{ year: part("year"), month: part("month"), day: part("day") },
    ...{ hour: part("hour"), minute: part("minute"), second: part("second") },
  };
}
