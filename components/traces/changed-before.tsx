"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { beforeHref } from "#components/changes/before-href.ts";
import { formatMillis } from "#components/format/format-millis.ts";

/** Configuration that was written so long before a request is not what people look for behind it. */
const JUST_MS = 3600_000;

/** The revision in force when a request began, where it was new then, and all before it. */
export function ChangedBefore({ startMs, lengthMs }: { readonly startMs: number; readonly lengthMs: number }) {
  const [asked] = useState({ fromMs: Math.max(0, Math.floor(startMs - JUST_MS)), toMs: Math.ceil(startMs + lengthMs) });
  const marks = useQuery(useTRPC().effects.marks.queryOptions({ ...asked, limit: 5 }));
  const [newest] = marks.data ?? [];
  return (
    <Link
      href={newest === undefined ? beforeHref({ atMs: startMs }) : `/changes/${newest.revision}`}
      title={newest?.reason}
      data-testid="changed-before"
      className="inline-flex min-h-6 items-center gap-1 rounded-sm text-accent-text hover:underline"
    >
      <GitCommitHorizontal aria-hidden className="size-3.5" />
      {newest === undefined
        ? "nothing changed in the hour before"
        : newest.atMs > startMs
          ? `revision ${newest.revision} came while it ran`
          : `revision ${newest.revision} came ${formatMillis(startMs - newest.atMs)} before`}
    </Link>
  );
}
