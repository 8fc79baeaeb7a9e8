"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { OfferedAgain, OriginLinks } from "#components/editor/refusal-list.tsx";
import { formatBytes } from "#components/format/format-bytes.ts";
import { HealthHistoryCard } from "#components/health/health-history-card.tsx";
import { ConfigViewer } from "#components/proxies/config-viewer.tsx";
import { GapsCard } from "#components/proxies/gaps-card.tsx";
import { JsonTree } from "#components/proxies/json-tree.tsx";
import { SecretsCard } from "#components/proxies/secrets-card.tsx";
import { SyncCells } from "#components/proxies/sync-cells.tsx";
import { summarizeProxy } from "#components/proxies/sync-summary.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import { describeClockDifference } from "#core/telemetry/clock-difference.ts";
import type { ProxyDetail, Refusal } from "#core/view/mesh.ts";

const REFRESH_MS = 5000;
const DAY_SECONDS = 86_400;

const WAY_BACK = <Breadcrumbs items={[{ label: "Proxies", href: "/proxies" }]} />;

/** One proxy: its state, what it refused, and the configuration it was given. */
export function ProxyPage({ id }: { readonly id: string }) {
  const trpc = useTRPC();
  const proxy = useQuery(trpc.proxies.get.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  return (
    <Page>
      <PageQuery query={proxy} what="the proxy" title={nameOfNode(id)} above={WAY_BACK} skeleton={<SkeletonRows />}>
        {(detail) => <Detail proxy={detail} />}
      </PageQuery>
    </Page>
  );
}

function Detail({ proxy }: { readonly proxy: ProxyDetail }) {
  const { word, tone } = summarizeProxy(proxy);
  return (
    <>
      <PageHeader
        above={WAY_BACK}
        title={
          <>
            {proxy.name} <Badge tone={tone}>{word}</Badge>
          </>
        }
        description={<span className="break-all font-mono text-xs">{proxy.id}</span>}
      />
      {proxy.connectedSince === null ? (
        <Notice tone="warn" className="mb-4" title="This proxy is not connected">
          It goes on with its last good configuration, and gets what changed when it comes back.
        </Notice>
      ) : null}
      {proxy.clockAheadMs === undefined ? null : (
        <Notice
          tone="warn"
          className="mb-4"
          title={`Its host's clock is ${describeClockDifference(proxy.clockAheadMs)} of the control plane's`}
        >
          What it measures is dated by the control plane's clock meanwhile. Set the host's clock and keep it right with
          NTP; where every host says this, it is the control plane's clock that is off.
        </Notice>
      )}
      {proxy.problems === undefined ? null : (
        <Notice tone="warn" className="mb-4" title="Its host needs a look">
          <ul>
            {proxy.problems.map((problem) => (
              <li key={problem} className="break-words">
                {problem}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {proxy.settingsNotes === undefined ? null : (
        <Notice className="mb-4" title="Settings that it does not run with">
          <ul>
            {proxy.settingsNotes.map((note) => (
              <li key={note} className="break-words">
                {note}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        <Card title="State">
          <DefinitionList
            items={[
              { term: "Workload", value: `${proxy.namespace}/${proxy.workload}` },
              { term: "Type", value: `${proxy.type === "router" ? "gateway" : "sidecar"}, Envoy ${proxy.version}` },
              { term: "Address", value: proxy.address },
              { term: "Connected", value: proxy.connectedSince === null ? "away" : <Ago at={proxy.connectedSince} /> },
              {
                term: "Identity",
                value: <span className="break-all font-mono text-xs">{proxy.spiffeId ?? "none"}</span>,
              },
              { term: "Has revision", value: proxy.revision ?? "none yet" },
              { term: "Configuration", value: <SyncCells sync={proxy.sync} /> },
              { term: "Holds", value: describeResources(proxy.resources) },
              { term: "Was sent", value: formatBytes(proxy.bytesSent) },
            ]}
          />
        </Card>
        <div className="flex flex-col gap-4">
          <Card
            title="Refusals"
            description="What Envoy did not take, in its own words; it keeps its last good configuration"
          >
            {proxy.refusals.length === 0 ? <p className="text-muted text-sm">None since the server started.</p> : null}
            <ul className="flex flex-col gap-3">
              {proxy.refusals.map((refusal) => (
                <RefusalItem key={`${refusal.at} ${refusal.resource}`} refusal={refusal} />
              ))}
            </ul>
          </Card>
          <SecretsCard proxy={proxy} />
          {proxy.gaps === undefined ? null : <GapsCard gaps={proxy.gaps} />}
        </div>
      </div>
      <div className="mt-4 flex flex-col gap-4">
        <HealthHistoryCard
          subject={{ kind: "workload", namespace: proxy.namespace, name: proxy.workload }}
          seconds={DAY_SECONDS}
        />
        <ConfigViewer id={proxy.id} isConnected={proxy.connectedSince !== null} counts={proxy.resources} />
        <Card title="What it said of itself" description="Labels and node metadata">
          <JsonTree
            label="Node metadata"
            value={{ labels: proxy.labels, metadata: proxy.metadata }}
            openDepth={2}
            query=""
          />
        </Card>
      </div>
    </>
  );
}

function RefusalItem({ refusal }: { readonly refusal: Refusal }) {
  return (
    <li className="rounded-md border border-bad/25 bg-bad-soft px-3 py-2 text-sm">
      <p className="flex gap-2 font-medium text-ink">
        {refusal.type} <span className="min-w-0 break-all font-mono text-xs leading-5">{refusal.resource}</span>
        <Ago at={refusal.at} className="ml-auto shrink-0 font-normal text-muted text-xs" />
      </p>
      <p className="mt-1 break-words font-mono text-muted text-xs">{refusal.message}</p>
      <OfferedAgain refusal={refusal} />
      <OriginLinks refusal={refusal} />
    </li>
  );
}

/** `productpage-v1-0` of `sidecar~127.0.0.1~productpage-v1-0.default~default.svc.cluster.local`. */
function nameOfNode(id: string): string {
  return id.split("~")[2]?.split(".")[0] ?? id;
}

function describeResources(resources: ProxyDetail["resources"]): string {
  const parts = Object.entries(resources).map(([type, count]) => `${count} ${type}`);
  return parts.length === 0 ? "nothing yet" : parts.join(", ");
}
