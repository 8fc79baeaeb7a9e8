"use client";
import { formatAgo } from "#components/format/format-ago.ts";
import { formatClock, formatDateTime } from "#components/format/format-clock.ts";
import { cx } from "#components/ui/cx.ts";
import { useNow } from "#components/ui/use-now.ts";

/** How long ago, kept up to date; the exact time is the tooltip. Before the browser takes over it shows UTC. */
export function Ago({ at, className }: { readonly at: string | number; readonly className?: string }) {
  const ms = typeof at === "number" ? at : Date.parse(at);
  const nowMs = useNow(10_000);
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={nowMs === null ? undefined : formatDateTime(ms)}
      className={cx("whitespace-nowrap", className)}
    >
      {nowMs === null ? formatDateTime(ms, "UTC") : formatAgo(ms, Math.max(nowMs, Date.now()))}
    </time>
  );
}

/** A time of day in the reader's time zone. */
export function Clock({
  atMs,
  withMillis = false,
  className,
}: {
  readonly atMs: number;
  readonly withMillis?: boolean;
  readonly className?: string;
}) {
  const isMounted = useNow(null) !== null;
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={isMounted ? formatDateTime(atMs) : undefined}
      className={className}
    >
      {formatClock(atMs, { millis: withMillis, ...(isMounted ? {} : { timeZone: "UTC" }) })}
    </time>
  );
}
