"use client";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { ProblemList } from "#components/editor/problem-list.tsx";
import { RefusalList } from "#components/editor/refusal-list.tsx";
import { summarizeRollout } from "#components/editor/summarize-rollout.ts";
import { useRollout } from "#components/editor/use-rollout.ts";
import { millisScale } from "#components/format/figure-scale.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { Distribution } from "#core/view/mesh.ts";

type Row = Distribution["proxies"][number];

const STATE = {
  acked: { word: "Acknowledged", Icon: CircleCheck, tone: "text-ok" },
  pending: { word: "Waiting", Icon: CircleDashed, tone: "text-idle" },
  refused: { word: "Refused", Icon: CircleAlert, tone: "text-bad" },
} as const;

const COLUMNS: readonly Column<Row>[] = [
  { id: "workload", header: "Workload", cell: ({ workload }) => workload, sortValue: ({ workload }) => workload },
  { id: "namespace", header: "Namespace", cell: ({ namespace }) => namespace, hideBelow: "md" },
  { id: "state", header: "State", cell: ({ state }) => <StateMark state={state} />, sortValue: ({ state }) => state },
  figureColumn("time", "After the write", ({ ackMs }) => ackMs, millisScale),
];

/** Watches a revision reach its proxies: live progress, refusals in Envoy's words, who is away. */
export function RolloutPanel({ revision }: { readonly revision: number }) {
  const { distribution, error } = useRollout(revision);
  if (distribution === undefined)
    return (
      <Card title={`Roll-out of revision ${revision}`}>
        {error === null || error === undefined ? (
          <SkeletonRows rows={3} />
        ) : (
          <ErrorState error={error} what="the roll-out" />
        )}
      </Card>
    );
  const summary = summarizeRollout(distribution, formatMillis);
  const refusals = distribution.proxies.flatMap((proxy) => proxy.refusals.map((refusal) => ({ proxy, refusal })));
  return (
    <Card title={`Roll-out of revision ${revision}`} testId="rollout">
      <p role="status" data-state={summary.state} className="mb-2 text-ink text-sm">
        {summary.sentence}
      </p>
      {summary.total === 0 ? null : (
        <div
          role="progressbar"
          aria-label={`Proxies that acknowledged revision ${revision}`}
          aria-valuemin={0}
          aria-valuemax={summary.total}
          aria-valuenow={summary.acked}
          className="mb-4 flex h-2 gap-0.5 overflow-hidden rounded-full bg-active"
        >
          <div className="bg-ok transition-[width]" style={{ width: `${(100 * summary.acked) / summary.total}%` }} />
          {summary.refused === 0 ? null : (
            <div className="bg-bad" style={{ width: `${(100 * summary.refused) / summary.total}%` }} />
          )}
        </div>
      )}
      {distribution.findings === undefined ? null : (
        <div className="mb-4">
          <ProblemList diagnostics={distribution.findings} ownRef={null} />
        </div>
      )}
      {refusals.length === 0 ? null : <RefusalList refusals={refusals} />}
      {distribution.proxies.length === 0 ? null : (
        <div className="-mx-4">
          <DataTable
            label={`Proxies of revision ${revision}`}
            columns={COLUMNS}
            rows={distribution.proxies}
            rowKey={({ id }) => id}
            defaultSort={{ column: "time", isDescending: true }}
          />
        </div>
      )}
      {distribution.away.length === 0 ? null : (
        <div className="mt-3 text-muted text-sm">
          <p>Not connected now:</p>
          <ul className="font-mono text-xs">
            {distribution.away.map((id) => (
              <li key={id} className="break-all">
                {id}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function StateMark({ state }: { readonly state: Row["state"] }) {
  const { word, Icon, tone } = STATE[state];
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon aria-hidden className={cx("size-3.5", tone)} /> {word}
    </span>
  );
}
