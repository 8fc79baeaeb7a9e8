"use client";
import { TriangleAlert } from "lucide-react";
import { Ago } from "#components/ui/time-text.tsx";
import { useNow } from "#components/ui/use-now.ts";
import { ENDS_SOON_MS } from "#core/registry/credential.ts";

/** When a certificate ends that people renew: the time before stands out. */
export function EndsAt({
  atMs,
  soonMs = ENDS_SOON_MS,
}: {
  readonly atMs: number;
  /** How long before it is soon. */
  readonly soonMs?: number;
}) {
  const nowMs = useNow(60_000);
  const at = new Date(atMs).toISOString();
  const leftMs = nowMs === null ? Number.POSITIVE_INFINITY : atMs - nowMs;
  if (leftMs > soonMs)
    return (
      <span className="block text-subtle text-xs">
        ends <Ago at={at} />
      </span>
    );
  return (
    <span className={`flex items-center gap-1.5 text-xs ${leftMs <= 0 ? "text-bad-text" : "text-warn-text"}`}>
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      <span>
        {leftMs <= 0 ? "ended" : "ends"} <Ago at={at} />
      </span>
    </span>
  );
}
