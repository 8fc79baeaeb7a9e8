"use client";
import Link from "next/link";
import { beforeHref } from "#components/changes/before-href.ts";
import { useChangeMarks } from "#components/charts/use-change-marks.ts";
import { formatClock } from "#components/format/format-clock.ts";
import { groupMarks, type MarkGroup } from "#components/topology/group-marks.ts";
import { Clock } from "#components/ui/time-text.tsx";

/** The time that a graph is of, with each revision in its place. */
export function ChangeStrip({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) {
  const marks = useChangeMarks(startMs, endMs);
  if (endMs <= startMs) return null;
  return (
    <nav
      aria-label="Changes in this time"
      data-testid="change-strip"
      className="flex h-7 shrink-0 items-center gap-3 border-line border-b bg-surface px-4 text-2xs text-subtle"
    >
      <Clock atMs={startMs} className="tabular" />
      <div className="relative h-full flex-1">
        <span aria-hidden className="absolute inset-x-0 top-1/2 h-px bg-line" />
        {groupMarks(marks, startMs, endMs).map(({ at, marks: of }) => (
          <Mark key={of[0]?.revision} at={at} marks={of} />
        ))}
        {marks.length === 0 ? (
          <span className="absolute top-1/2 left-1/2 -translate-x-1/2 -translate-y-1/2 bg-surface px-2">
            no changes in this time
          </span>
        ) : null}
      </div>
      <Clock atMs={endMs} className="tabular" />
    </nav>
  );
}

function Mark({ at, marks }: MarkGroup) {
  const [newest] = marks;
  const oldest = marks.at(-1);
  if (newest === undefined || oldest === undefined) return null;
  const isOne = newest === oldest;
  return (
    <Link
      href={isOne ? `/changes/${newest.revision}` : beforeHref({ atMs: newest.atMs })}
      title={marks
        .map(
          ({ atMs, revision, reason }) =>
            `${formatClock(atMs)} revision ${revision}${reason === "" ? "" : `: ${reason}`}`,
        )
        .join("\n")}
      style={{ left: `${at * 100}%` }}
      className="tabular absolute top-1/2 flex h-6 min-w-6 -translate-x-1/2 -translate-y-1/2 items-center justify-center whitespace-nowrap rounded-full border border-accent bg-surface px-1 text-accent-text hover:z-1 hover:bg-accent-soft focus-visible:z-1"
    >
      <span className="sr-only">{isOne ? "revision " : "revisions "}</span>
      {isOne ? newest.revision : `${oldest.revision}–${newest.revision}`}
    </Link>
  );
}
