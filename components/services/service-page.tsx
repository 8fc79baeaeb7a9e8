"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { HealthHistoryCard } from "#components/health/health-history-card.tsx";
import { TrafficCharts } from "#components/overview/traffic-charts.tsx";
import { InstancesCard } from "#components/services/instances-card.tsx";
import { LocalitiesCard } from "#components/services/localities-card.tsx";
import { PeersCard } from "#components/services/peers-card.tsx";
import { ServiceActions } from "#components/services/service-actions.tsx";
import { ServiceConfigCard } from "#components/services/service-config-card.tsx";
import { ServiceFacts } from "#components/services/service-facts.tsx";
import { refreshMs, withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { RecentTracesCard } from "#components/traces/recent-traces-card.tsx";
import { routesRequests } from "#components/traffic/routes-requests.ts";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonChart, SkeletonRows } from "#components/ui/skeleton.tsx";

/** One service: how it does, who calls it, what it calls, what configuration applies to it and why. */
export function ServicePage({ host }: { readonly host: string }) {
  const range = useRange();
  const trpc = useTRPC();
  const service = useQuery(
    trpc.services.get.queryOptions({ host, seconds: range.seconds }, { refetchInterval: refreshMs(range) }),
  );
  const name = service.data?.name ?? host.split(".")[0] ?? host;
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Services", href: withRange("/services", range) }]} />}
        title={
          <>
            {name}
            {service.data === undefined ? null : <HealthMark health={service.data.health} withWord />}
          </>
        }
        description={
          service.data === undefined ? (
            <code className="font-mono text-xs">{host}</code>
          ) : (
            <ServiceFacts service={service.data} />
          )
        }
        actions={service.data === undefined ? undefined : <ServiceActions service={service.data} />}
      />
      <QueryView query={service} what={`the service ${name}`} skeleton={<ServiceSkeleton />}>
        {(data) => (
          <div className="flex flex-col gap-4">
            {data.namedBy.length === 0 ? null : <NothingServes refs={data.namedBy} />}
            <TrafficCharts
              of="service"
              host={host}
              series={data.metrics}
              unit={routesRequests(data.ports) ? "Requests" : "Connections"}
            />
            <HealthHistoryCard
              subject={{ kind: "service", namespace: data.namespace, name: data.host }}
              seconds={range.seconds}
            />
            <div className="grid gap-4 xl:grid-cols-2">
              <PeersCard title="Callers" peers={data.callers} emptyText="Nobody called it in this range." />
              <PeersCard title="Calls" peers={data.callees} emptyText="It called nobody in this range." />
            </div>
            {data.namedBy.length > 0 ? null : <InstancesCard service={data} />}
            <div className="grid gap-4 xl:grid-cols-2">
              <div className="flex flex-col gap-4">
                <ServiceConfigCard config={data.config} />
                {data.localities.length === 0 ? null : <LocalitiesCard localities={data.localities} />}
              </div>
              <RecentTracesCard service={data} traces={data.traces} />
            </div>
          </div>
        )}
      </QueryView>
    </Page>
  );
}

/** Of a host that is named and not there. */
function NothingServes({ refs }: { readonly refs: readonly string[] }) {
  return (
    <Notice tone="warn" title="Nothing serves this host">
      No service declares it, so it has no ports and no instances. Requests to it go only where the routes of{" "}
      <ResourceLinks refs={refs} /> send them. A ServiceEntry for the host would make it a service.
    </Notice>
  );
}

function ServiceSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 lg:grid-cols-3">
        {["rate", "errors", "latency"].map((key) => (
          <SkeletonChart key={key} className="h-56 rounded-lg border border-line bg-surface" />
        ))}
      </div>
      <div className="rounded-lg border border-line bg-surface">
        <SkeletonRows rows={4} />
      </div>
    </div>
  );
}
