"use client";
import { useQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { cx } from "#components/ui/cx.ts";

const REFRESH_MS = 15_000;

/** How many alerts fire that nobody silenced, on every page. */
export function AlertBell() {
  const summary = useQuery(useTRPC().alerts.summary.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const firing = summary.data?.firing ?? 0;
  return (
    <Link
      href="/alerts"
      aria-label={firing === 0 ? "Alerts: none fires" : `Alerts: ${firing} firing`}
      data-testid="alert-bell"
      className={cx(
        "relative inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-hover",
        firing === 0 ? "text-muted" : "text-bad-text",
      )}
    >
      <Bell aria-hidden className="size-4" />
      {firing === 0 ? null : (
        <span
          aria-hidden
          className="absolute -top-0.5 -right-0.5 inline-flex min-w-4 items-center justify-center rounded-full bg-bad-fill px-1 font-medium text-2xs text-on-accent"
        >
          {firing > 99 ? "99+" : firing}
        </span>
      )}
    </Link>
  );
}
