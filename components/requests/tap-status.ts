import type { Tap } from "#components/requests/use-tap.ts";

/** How a live view stands, in words. */
export function tapStatus(tap: Pick<Tap, "news" | "seen" | "state">, nowMs: number | null): string {
  const { news, seen, state } = tap;
  if (news === undefined) return state === "failed" ? "Nothing is followed." : "Asking the proxies …";
  const { proxies, leftOut, endsAtMs } = news;
  const unasked = proxies.meant - proxies.asked;
  const parts = [
    proxies.asked === 0
      ? "No proxy has such requests"
      : `${proxies.following} of ${proxies.asked} ${proxies.asked === 1 ? "proxy follows" : "proxies follow"}`,
    ...(unasked > 0 ? [`${unasked} more are not asked`] : []),
    `${seen.toLocaleString("en")} seen`,
    ...(leftOut.overRate > 0 ? [`${leftOut.overRate.toLocaleString("en")} left out, beyond the rate`] : []),
    ...(leftOut.unread > 0 ? [`${leftOut.unread.toLocaleString("en")} not read in time`] : []),
    ...(state === "over" || nowMs === null ? [] : [`ends in ${minutes(endsAtMs - nowMs)}`]),
  ];
  return parts.join(" · ");
}

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
