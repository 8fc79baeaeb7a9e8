"use client";
import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { COMPARED_COLUMNS } from "#components/changes/compared-columns.tsx";
import { FindingList } from "#components/changes/finding-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Clock } from "#components/ui/time-text.tsx";
import type { EffectView, RevisionEffect } from "#core/traffic/revision-effect.ts";

const REFETCH_MS = 15_000;

export interface EffectCardProps {
  readonly revision: number;
  /** Null where one may not. */
  readonly onUndo: (() => void) | null;
}

/** What the traffic that a revision bears on did before it and does after it. */
export function EffectCard({ revision, onUndo }: EffectCardProps) {
  const view = useQuery(
    useTRPC().effects.get.queryOptions(
      { revision },
      { refetchInterval: ({ state }) => (state.data?.isSoFar === false ? false : REFETCH_MS) },
    ),
  );
  return (
    <Card title="Before and after" description={<Times view={view.data} />} isFlush testId="effect">
      <QueryView query={view} what="what it did" skeleton={<SkeletonRows rows={3} />}>
        {({ effect, isSoFar }) =>
          effect === null ? (
            <p className="px-4 pb-4 text-muted text-sm">
              {isSoFar
                ? "The first minute after it is not over yet."
                : "Its time was not measured: the server was away, or it is older than what is kept in full."}
            </p>
          ) : (
            <Measured effect={effect} isSoFar={isSoFar} onUndo={onUndo} />
          )
        }
      </QueryView>
    </Card>
  );
}

function Times({ view }: { readonly view: EffectView | undefined }) {
  if (view?.effect === null || view === undefined) return "Requests that it bears on";
  const { beforeStart, beforeEnd, afterStart, afterEnd } = view.effect;
  const at = (iso: string) => <Clock atMs={Date.parse(iso)} />;
  return (
    <>
      Requests that it bears on, {at(beforeStart)}–{at(beforeEnd)} and {at(afterStart)}–{at(afterEnd)}
      {view.isSoFar && view.wholeAt !== null ? <> · so far; whole at {at(view.wholeAt)}</> : null}
    </>
  );
}

interface MeasuredProps extends Pick<EffectCardProps, "onUndo"> {
  readonly effect: RevisionEffect;
  readonly isSoFar: boolean;
}

function Measured({ effect, isSoFar, onUndo }: MeasuredProps) {
  const { findings, traffic, trafficCount, others, silence } = effect;
  const isWorse = findings.some((each) => each.isWorse === true);
  return (
    <>
      <div className="flex flex-col gap-3 px-4 pb-3">
        {findings.length === 0 ? (
          <p className="text-muted text-sm">
            {silence === null
              ? `Nothing is another than before${isSoFar ? " so far" : ""} by more than chance.`
              : `Nothing can be said of it: ${silence}.`}
          </p>
        ) : (
          <div className="flex flex-wrap items-start justify-between gap-3">
            <FindingList findings={findings} />
            {isWorse && onUndo !== null ? (
              <Button size="sm" onClick={onUndo}>
                <Undo2 aria-hidden /> Undo
              </Button>
            ) : null}
          </div>
        )}
        {others.length === 0 ? null : (
          <Notice tone="neutral">
            {others.length === 1
              ? "Another revision bears on the same and was written in this time: what is another may be its doing: "
              : `${others.length} others bear on the same and were written in this time: what is another may be their doing: `}
            {others.slice(0, 10).map((other, index) => (
              <span key={other}>
                {index === 0 ? "" : ", "}
                <Link href={`/changes/${other}`} className="text-accent-text underline">
                  {other}
                </Link>
              </span>
            ))}
            .
          </Notice>
        )}
      </div>
      {traffic.length === 0 ? null : (
        <DataTable
          label="Traffic before and after"
          columns={COMPARED_COLUMNS}
          rows={traffic}
          rowKey={({ caller, called }) => `${caller}>${called}`}
          pageRows={12}
        />
      )}
      {trafficCount > traffic.length ? (
        <p className="border-line border-t px-4 py-2 text-subtle text-xs">
          The {traffic.length} with most requests, of {trafficCount}.
        </p>
      ) : null}
    </>
  );
}
