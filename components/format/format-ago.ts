import { formatMillis } from "#components/format/format-millis.ts";

const JUST_NOW_MS = 5000;
const DAY_MS = 86_400_000;

/** `just now`, `42 s ago`, `in 23 h 59 min`: one unit below a day is enough, so seconds drop after a minute. */
export function formatAgo(atMs: number, nowMs: number): string {
  const elapsed = nowMs - atMs;
  const size = Math.abs(elapsed);
  if (size < JUST_NOW_MS) return "just now";
  const rounded =
    size < 60_000
      ? Math.round(size / 1000) * 1000
      : size < DAY_MS
        ? Math.floor(size / 60_000) * 60_000
        : Math.floor(size / DAY_MS) * DAY_MS;
  const text = formatMillis(
    size < 3_600_000 * 24 && size >= 3_600_000 * 2 ? Math.floor(size / 3_600_000) * 3_600_000 : rounded,
  );
  return elapsed > 0 ? `${text} ago` : `in ${text}`;
}
