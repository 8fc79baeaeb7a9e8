"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, LoaderCircle, OctagonX, Unplug } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { type SyncSummary, summariseSync } from "#components/shell/summarise-sync.ts";
import { useSilence } from "#components/shell/use-silence.ts";
import { cx } from "#components/ui/cx.ts";

const REFRESH_MS = 5000;
const LOOK = {
  ok: { Icon: CircleCheck, className: "text-ok" },
  warn: { Icon: LoaderCircle, className: "text-warn" },
  bad: { Icon: OctagonX, className: "text-bad" },
  neutral: { Icon: CircleDashed, className: "text-idle" },
  silent: { Icon: Unplug, className: "text-bad" },
} as const;
const SILENCE = {
  tone: "silent",
  text: "No answer",
  detail: "The server does not answer; what is shown is from before",
} as const;

/** The newest revision and whether the proxies have it, or that the server keeps silent; leads to the proxies. */
export function SyncIndicator() {
  const trpc = useTRPC();
  const proxies = useQuery(trpc.proxies.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const history = useQuery(trpc.config.history.queryOptions({ limit: 1 }, { refetchInterval: REFRESH_MS }));
  const isSilent = useSilence(proxies);
  if (proxies.data === undefined && !isSilent) return null;
  const { tone, text, detail }: SyncSummary | typeof SILENCE =
    proxies.data === undefined || isSilent ? SILENCE : summariseSync(proxies.data);
  const { Icon, className } = LOOK[tone];
  const revision = history.data?.[0]?.revision;
  return (
    <Link
      href="/proxies"
      data-testid="sync"
      data-silent={isSilent}
      title={detail}
      className="flex h-8 items-center gap-2 whitespace-nowrap rounded-md px-2 text-muted text-xs hover:bg-hover hover:text-ink"
    >
      <Icon aria-hidden className={cx("size-3.5", className)} />
      <span className="max-lg:hidden">
        {revision === undefined || isSilent ? null : (
          <span className="tabular text-subtle">Revision {revision} · </span>
        )}
        {text}
      </span>
      <span className="sr-only lg:hidden">{detail}</span>
      <span role="status" className="sr-only">
        {isSilent ? detail : ""}
      </span>
    </Link>
  );
}
