"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { formatClock, formatDateTime } from "#components/format/format-clock.ts";
import { buildStrip } from "#components/health/build-strip.ts";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { HEALTH_LOOK } from "#components/ui/health-mark.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Clock } from "#components/ui/time-text.tsx";
import type { HealthStatus } from "#core/graph/graph.ts";
import { subjectText } from "#core/graph/subject-text.ts";
import type { HealthSubject } from "#core/resolve/health-tolerances.ts";
import type { HealthRun } from "#core/view/health.ts";

const REFRESH_MS = 30_000;
const LEAST_SECONDS = 3600;
const SHOWN = 5;

const FILL: Readonly<Record<HealthStatus, string>> = {
  healthy: "bg-ok",
  degraded: "bg-warn",
  failure: "bg-bad",
  idle: "bg-idle",
  unknown: "bg-idle",
};

/** How the health of something was, as it was judged each minute; an hour at least. */
export function HealthHistoryCard({ subject, seconds }: { readonly subject: HealthSubject; readonly seconds: number }) {
  const trpc = useTRPC();
  const shown = Math.max(LEAST_SECONDS, seconds);
  const history = useQuery(
    trpc.health.history.queryOptions(
      { subject: subjectText(subject), seconds: shown },
      { refetchInterval: REFRESH_MS },
    ),
  );
  const tolerances = useQuery(trpc.health.tolerances.queryOptions(subject));
  return (
    <Card
      title="Health over time"
      description={
        tolerances.data?.ref == null ? (
          "judged each minute by what the five before it brought"
        ) : (
          <>
            judged each minute by <ResourceLinks refs={[tolerances.data.ref]} />
          </>
        )
      }
      testId="health-history"
    >
      <QueryView query={history} what="the health" skeleton={<SkeletonRows rows={1} />}>
        {(runs) =>
          runs.length === 0 ? (
            <p className="text-muted text-sm">Nothing was judged in this time: there was no traffic.</p>
          ) : (
            <Strip runs={runs} toMs={history.dataUpdatedAt} seconds={shown} />
          )
        }
      </QueryView>
    </Card>
  );
}

function Strip({
  runs,
  toMs,
  seconds,
}: {
  readonly runs: readonly HealthRun[];
  readonly toMs: number;
  readonly seconds: number;
}) {
  const fromMs = toMs - seconds * 1000;
  const troubles = runs.filter(({ status }) => status === "degraded" || status === "failure");
  return (
    <div className="flex flex-col gap-2">
      <div aria-hidden className="relative h-4 overflow-hidden rounded-sm bg-sunken">
        {buildStrip(runs, fromMs, toMs).map((part) => (
          <span
            key={part.sinceMs}
            title={`${formatDateTime(part.sinceMs)} to ${formatClock(part.untilMs)}: ${part.reason}`}
            className={cx("absolute inset-y-0", FILL[part.status])}
            style={{ left: `${part.leftPercent}%`, width: `${part.widthPercent}%` }}
          />
        ))}
      </div>
      <p className="flex justify-between text-2xs text-subtle">
        <Clock atMs={fromMs} />
        <Clock atMs={toMs} />
      </p>
      {troubles.length === 0 ? (
        <p className="text-muted text-sm">Healthy whenever there was traffic.</p>
      ) : (
        <ul className="flex flex-col gap-1 text-sm">
          {troubles
            .slice(-SHOWN)
            .reverse()
            .map(({ sinceMs, untilMs, status, cause, reason }) => (
              <li key={sinceMs} className="flex flex-wrap gap-x-2">
                <span className={cx("font-medium", HEALTH_LOOK[status].text)}>{HEALTH_LOOK[status].word}</span>
                <span className="text-muted">
                  <Clock atMs={sinceMs} /> to <Clock atMs={untilMs} />
                </span>
                <span title={reason}>{cause ?? reason}</span>
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}
