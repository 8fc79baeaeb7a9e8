"use client";
import { TriangleAlert } from "lucide-react";
import { Ago } from "#components/ui/time-text.tsx";
import { useNow } from "#components/ui/use-now.ts";

const SOON_MS = 3_600_000;

/** When a certificate ends; the last hour stands out, for by then it should have been renewed. */
export function CertificateExpiry({ at }: { readonly at: string | null }) {
  const nowMs = useNow(10_000);
  if (at === null) return <span className="text-subtle">none</span>;
  const leftMs = nowMs === null ? Number.POSITIVE_INFINITY : Date.parse(at) - nowMs;
  if (leftMs > SOON_MS) return <Ago at={at} />;
  return (
    <span className="inline-flex items-center gap-1.5 text-warn-text">
      <TriangleAlert aria-hidden className="size-3.5" />
      {leftMs <= 0 ? "expired " : ""}
      <Ago at={at} />
    </span>
  );
}
