import type { Draw } from "#core/rate-limit/lease-message.ts";

/** What a run of an agent has of one key. */
export interface JournalEntry {
  /** Undefined where nothing was drawn yet. */
  readonly account: number | undefined;
  /** Let through in this account, and of that what the owner is known to have counted. */
  readonly used: number;
  readonly counted: number;
  /** When units were taken last, by the wall. */
  readonly atMs: number;
}

/** `[key, account, used, counted, atMs]`: where it stands; `[key, units, atMs]`: taken since, or returned; `[key]`: closed. */
export type JournalLine =
  | readonly [string, number, number, number, number]
  | readonly [string, number, number]
  | readonly [string];

const NO_ACCOUNT = -1;
/** Later than all that a run draws. */
const LAST_LEASE = 2 ** 52;

export function applyLine(entries: Map<string, JournalEntry>, line: JournalLine): void {
  const [key] = line;
  if (line.length === 1) {
    entries.delete(key);
    return;
  }
  if (line.length === 5) {
    const [, account, used, counted, atMs] = line;
    entries.set(key, { account: account === NO_ACCOUNT ? undefined : account, used, counted, atMs });
    return;
  }
  const [, units, atMs] = line;
  const known = entries.get(key) ?? { account: undefined, used: 0, counted: 0, atMs };
  entries.set(key, { ...known, used: Math.max(0, known.used + units), atMs });
}

export const lineOfEntry = (key: string, entry: JournalEntry): JournalLine => [
  ...([key, entry.account ?? NO_ACCOUNT, entry.used, entry.counted, entry.atMs] as const),
];

export function lineOfDraw({ key, account, used, pending, counted }: Draw, atMs: number): JournalLine {
  return [key, account, used + pending, counted, atMs];
}

/**
 * What is told of a run that is over, first of all keys as its journal has them; when that is answered, and written down, with all
 * of it known to be counted. Repeated, each changes nothing: `place` is the draw's among all of these, and its lease follows from it.
 */
export function lastDraw(key: string, entry: JournalEntry, place: number, isKnown: boolean, nowMs: number): Draw {
  const { account = LAST_LEASE, used } = entry;
  const counted = isKnown ? used : Math.min(entry.counted, used);
  const amount = used - counted;
  return {
    ...{ agent: "", key, lease: LAST_LEASE + place, account, used, counted },
    spent: amount > 0 ? [{ amount, agoMs: Math.max(0, nowMs - entry.atMs) }] : [],
    ...{ idle: 0, pending: 0, needs: [], want: 0 },
  };
}
