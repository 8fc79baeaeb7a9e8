"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { FigureStrip } from "#components/overview/figure-strip.tsx";
import { FleetCard } from "#components/overview/fleet-card.tsx";
import { NamespacesCard } from "#components/overview/namespaces-card.tsx";
import { OverviewSkeleton } from "#components/overview/overview-skeleton.tsx";
import { RecentChangesCard } from "#components/overview/recent-changes-card.tsx";
import { TrafficCharts } from "#components/overview/traffic-charts.tsx";
import { VerdictLine } from "#components/overview/verdict-line.tsx";
import { WorstServicesCard } from "#components/overview/worst-services-card.tsx";
import { refreshMs } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";

/** The mesh at a glance: is it well, and if not, where to look. */
export function OverviewPage() {
  const range = useRange();
  const trpc = useTRPC();
  const overview = useQuery(
    trpc.overview.get.queryOptions({ seconds: range.seconds }, { refetchInterval: refreshMs(range) }),
  );
  return (
    <Page>
      <PageHeader
        title="Overview"
        description={overview.data === undefined ? undefined : <VerdictLine overview={overview.data} />}
      />
      <QueryView query={overview} what="the overview" skeleton={<OverviewSkeleton />}>
        {(data) => (
          <div className="flex flex-col gap-4">
            <FigureStrip overview={data} />
            <TrafficCharts of="mesh" series={data.series} />
            <div className="grid gap-4 xl:grid-cols-3">
              <WorstServicesCard services={data.worst} className="xl:col-span-2" />
              <FleetCard overview={data} />
              <NamespacesCard namespaces={data.namespaces} className="xl:col-span-2" />
              <RecentChangesCard revisions={data.recentRevisions} />
            </div>
          </div>
        )}
      </QueryView>
    </Page>
  );
}
