"use client";
import { useQuery } from "@tanstack/react-query";
import { ListTree, ScrollText, ShieldCheck, Split } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { requestsHref } from "#components/requests/request-view.ts";
import { policyHref } from "#components/security/policy-href.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { hostOfNode } from "#components/topology/host-of-node.ts";
import { KIND_LOOK } from "#components/topology/node-card.tsx";
import { NodePeers } from "#components/topology/node-peers.tsx";
import { PanelFigure } from "#components/topology/panel-figure.tsx";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { ServiceSummary } from "#components/topology/service-summary.tsx";
import { TrafficSeries } from "#components/topology/traffic-series.tsx";
import { routesRequests } from "#components/traffic/routes-requests.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import type { DisplayGraph, DisplayNode } from "#core/graph/display-graph.ts";
import type { GraphEnds, GraphView } from "#core/graph/graph.ts";

export interface NodePanelProps {
  readonly node: DisplayNode;
  readonly graph: DisplayGraph;
  readonly view: GraphView;
  readonly onSelect: (id: string | null) => void;
}

/** One node: how it does, who calls it, whom it calls, its service's charts, configuration and traces. */
export function NodePanel({ node, graph, view, onSelect }: NodePanelProps) {
  const range = useRange();
  const named = hostOfNode(node, graph);
  const catalog = useQuery(useTRPC().services.names.queryOptions(undefined, { staleTime: 30_000 }));
  // What is called by a name that nobody registered can be neither routed nor protected.
  const listed = catalog.data?.services.find((each) => each.host === named);
  const host = listed?.host ?? null;
  const { icon: Kind, word } = KIND_LOOK[node.kind];
  const [service = "", namespace = ""] = host?.split(".") ?? [];
  return (
    <>
      <header className="px-4 pt-4 pr-12 pb-3">
        <p className="flex items-center gap-1.5 text-subtle text-xs">
          <Kind aria-hidden className="size-3.5" /> {word} in {node.namespace}
        </p>
        <h2 className="mt-0.5 break-words font-semibold text-base text-ink">
          {node.name}
          {node.version === null ? null : <span className="ml-1.5 font-normal text-muted">{node.version}</span>}
        </h2>
        <HealthMark health={node.health} withWord className="mt-1.5" />
        <p className="mt-0.5 text-muted text-xs">{node.health.reason}</p>
        <dl className="tabular mt-3 grid grid-cols-3 gap-2 text-sm">
          <PanelFigure term="In" value={`${formatRate(node.requestsPerSecondIn)}/s`} />
          <PanelFigure
            term="Errors in"
            value={formatPercent(node.requestsPerSecondIn === 0 ? null : node.errorPercentIn)}
          />
          <PanelFigure term="Out" value={`${formatRate(node.requestsPerSecondOut)}/s`} />
        </dl>
      </header>
      {host === null ? null : (
        <PanelSection>
          <div className="flex flex-wrap gap-1.5">
            {routesRequests(listed?.ports ?? []) ? (
              <ButtonLink size="sm" variant="primary" href={`/traffic/new?host=${encodeURIComponent(host)}`}>
                <Split aria-hidden /> Shift traffic
              </ButtonLink>
            ) : null}
            <ButtonLink size="sm" href={policyHref({ host })}>
              <ShieldCheck aria-hidden /> Allow or deny
            </ButtonLink>
            <ButtonLink
              size="sm"
              href={withRange(`/traces?service=${encodeURIComponent(`${service}.${namespace}`)}`, range)}
            >
              <ListTree aria-hidden /> Traces
            </ButtonLink>
            <ButtonLink size="sm" href={withRange(requestsHref(`service:${host}`), range)}>
              <ScrollText aria-hidden /> Requests
            </ButtonLink>
          </div>
        </PanelSection>
      )}
      <NodePeers node={node} graph={graph} onSelect={onSelect} />
      <TrafficSeries ends={endsOf(node, view)} what={isSource(node) ? `from ${node.name}` : `to ${node.name}`} />
      {host === null ? null : <ServiceSummary host={host} />}
    </>
  );
}

/** Where traffic enters the mesh there is only what goes out. */
function isSource({ isRoot, requestsPerSecondOut }: DisplayNode): boolean {
  return isRoot && requestsPerSecondOut > 0;
}

function endsOf(node: DisplayNode, view: GraphView): GraphEnds {
  return isSource(node) ? { view, from: node.id } : { view, to: node.id };
}
