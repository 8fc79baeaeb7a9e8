"use client";
import { useQuery } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { newHref } from "#components/format/new-href.ts";
import { NewMenu } from "#components/kinds/new-menu.tsx";
import { ConsumersCard } from "#components/limits/consumers-card.tsx";
import { LimitCard } from "#components/limits/limit-card.tsx";
import { OutcomeCharts } from "#components/limits/outcome-charts.tsx";
import { PlansCard } from "#components/limits/plans-card.tsx";
import { refreshMs } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** How much of what callers get: each limit with what it stands over, and whom it refused. */
export function LimitsPage() {
  const range = useRange();
  const limits = useQuery(
    useTRPC().limitUse.get.queryOptions(
      { seconds: range.seconds },
      { refetchInterval: refreshMs(range), placeholderData: (previous) => previous },
    ),
  );
  return (
    <Page>
      <PageHeader
        title="Limits"
        description={`How much callers get, and who was refused over the ${range.label.toLowerCase()}`}
        actions={
          <>
            <NewMenu kinds={["Quota", "Plan"]} />
            <ButtonLink variant="primary" href={newHref("RateLimit")}>
              <Gauge aria-hidden /> New RateLimit
            </ButtonLink>
          </>
        }
      />
      <QueryView
        query={limits}
        what="the limits"
        skeleton={
          <Card isFlush>
            <SkeletonRows />
          </Card>
        }
      >
        {({ limits: all }) =>
          all.length === 0 ? (
            <Card>
              <EmptyState icon={<Gauge />} title="No limits yet">
                Callers get all that workloads can give. A RateLimit says how much: by caller, header, claim or address,
                as one budget over all proxies, or one for each. A Quota counts for hours, days or months, in a ledger;
                a Plan gives some callers more. In Shadow nobody is refused, and all is counted.
              </EmptyState>
            </Card>
          ) : (
            <div className="flex flex-col gap-4">
              <OutcomeCharts limits={all} />
              {all.map((limit) => (
                <LimitCard key={limit.ref} limit={limit} />
              ))}
              <ConsumersCard />
              <PlansCard />
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}
