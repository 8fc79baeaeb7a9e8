"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatPercent } from "#components/format/format-percent.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { BurnsCard } from "#components/objectives/burns-card.tsx";
import { formatBudget, formatGood, ObjectiveBadge } from "#components/objectives/objective-columns.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { ObjectiveDetail } from "#core/view/objective.ts";

const REFRESH_MS = 30_000;
const WAY_BACK = <Breadcrumbs items={[{ label: "Objectives", href: "/objectives" }]} />;
const SPANS = [
  { value: "3h", label: "3 hours", seconds: 10_800 },
  { value: "1d", label: "1 day", seconds: 86_400 },
  { value: "7d", label: "7 days", seconds: 604_800 },
  { value: "whole", label: "Whole window", seconds: undefined },
] as const;

/** One objective: its budget over time with what changed, and how fast it goes. */
export function ObjectivePage({ reference }: { readonly reference: string }) {
  const search = useSearchState();
  const span = SPANS.find(({ value }) => value === search.get("span")) ?? SPANS[0];
  const objective = useQuery(
    useTRPC().objectives.get.queryOptions(
      { ref: reference, seconds: span.seconds },
      { refetchInterval: REFRESH_MS, placeholderData: (previous) => previous },
    ),
  );
  return (
    <Page>
      <PageQuery
        query={objective}
        what="the objective"
        title={reference.split("/").slice(1).join("/")}
        above={WAY_BACK}
        skeleton={<SkeletonRows />}
      >
        {(detail) => (
          <Detail
            objective={detail}
            span={
              <Segmented
                label="Time that is shown"
                value={span.value}
                options={SPANS}
                onValueChange={(value) => search.set({ span: value === SPANS[0].value ? null : value })}
              />
            }
          />
        )}
      </PageQuery>
    </Page>
  );
}

function Detail({ objective, span }: { readonly objective: ObjectiveDetail; readonly span: ReactNode }) {
  const { name, namespace, effect, description, host, target, total, bad, since, at, countedMs } = objective;
  return (
    <>
      <PageHeader
        above={WAY_BACK}
        title={
          <>
            {name} <ObjectiveBadge status={objective.status} />
          </>
        }
        description={description === "" ? effect : description}
        actions={<ButtonLink href={resourceHref(objective.ref)}>Edit</ButtonLink>}
      />
      <div className="flex flex-col gap-4">
        <Card title="Budget" testId="budget">
          <DefinitionList
            items={[
              { term: "Promise", value: effect },
              {
                term: "Good",
                value: `${formatGood(objective.goodPercent)} of ${total.toLocaleString("en")} requests, of ${target} %`,
              },
              { term: "Not good", value: bad.toLocaleString("en") },
              { term: "Budget left", value: formatBudget(objective.budgetLeftPercent) },
              ...(since === null ? [] : [{ term: "Since", value: <Ago at={since} /> }]),
              ...(at === null ? [] : [{ term: "Counted", value: <Ago at={at} /> }]),
              ...(countedMs === null
                ? []
                : [{ term: "Threshold", value: `counted as ${Number(countedMs.toPrecision(4))} ms` }]),
              ...(objective.isOfSome
                ? [{ term: "Counted from", value: "when proxies were first asked to tell these requests apart" }]
                : []),
              { term: "Namespace", value: namespace },
            ]}
          />
        </Card>
        <BurnsCard burns={objective.burns} />
        <Card
          title="Budget left over time"
          description="a click on a moment tells what changed before it"
          actions={span}
        >
          <TimeChart
            label="Budget left, in percent"
            series={[
              {
                key: "left",
                label: "Budget left",
                color: "series-1",
                points: objective.budgetLeft.map(({ atMs, value }) => ({
                  atMs,
                  value: value === null ? null : Math.max(0, value),
                })),
              },
            ]}
            format={formatPercent}
            max={100}
            host={host ?? undefined}
            syncId={objective.ref}
          />
        </Card>
        <Card title="Not good over time">
          <TimeChart
            label="Requests that were not good, in percent"
            series={[{ key: "bad", label: "Not good", color: "bad", points: objective.badPercent }]}
            format={formatPercent}
            host={host ?? undefined}
            syncId={objective.ref}
          />
        </Card>
      </div>
    </>
  );
}
