"use client";
import { ArrowRight, ListTree, ShieldCheck } from "lucide-react";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import type { DisplayEdge, DisplayGraph } from "#components/topology/display-graph.ts";
import { type EdgeHistory, historyPoints } from "#components/topology/edge-history.ts";
import { EdgeResponses } from "#components/topology/edge-responses.tsx";
import { EdgeTraces } from "#components/topology/edge-traces.tsx";
import { hostOfNode } from "#components/topology/host-of-node.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { MtlsLock } from "#components/ui/mtls-lock.tsx";

export interface EdgePanelProps {
  readonly edge: DisplayEdge;
  readonly graph: DisplayGraph;
  readonly history: EdgeHistory;
  readonly onSelect: (id: string) => void;
}

/** One pair of caller and callee: figures, answers, who refuses, traces. */
export function EdgePanel({ edge, graph, history, onSelect }: EdgePanelProps) {
  const range = useRange();
  const source = graph.nodes.find(({ id }) => id === edge.source);
  const target = graph.nodes.find(({ id }) => id === edge.target);
  const host = target === undefined ? null : hostOfNode(target, graph);
  const single = edge.members.length === 1 ? edge.members[0] : undefined;
  const ids = edge.members.map(({ id }) => id);
  const points = (figure: "requestsPerSecond" | "errorPercent" | "p95Ms") => historyPoints(history, ids, figure);
  const serviceText = host?.split(".").slice(0, 2).join(".") ?? "";
  return (
    <>
      <header className="px-4 pt-4 pr-12 pb-3">
        <p className="text-subtle text-xs">
          {single === undefined ? `${edge.members.length} edges, summed` : `${single.protocol.toUpperCase()} requests`}
        </p>
        <h2 className="mt-0.5 flex flex-wrap items-center gap-1.5 font-semibold text-base text-ink">
          <Name node={source} id={edge.source} onSelect={onSelect} />
          <ArrowRight aria-label="calls" className="size-4 text-subtle" />
          <Name node={target} id={edge.target} onSelect={onSelect} />
        </h2>
        <HealthMark health={edge.health} withWord className="mt-1.5" />
        <p className="mt-0.5 text-muted text-xs">{edge.health.reason}</p>
        {edge.deniedBy.length === 0 ? null : (
          <div className="mt-2 flex flex-wrap gap-1.5">
            <DeniedBy refs={edge.deniedBy} />
          </div>
        )}
      </header>
      <PanelSection>
        <DefinitionList
          items={[
            { term: "Requests", value: `${formatRate(edge.requestsPerSecond)}/s` },
            { term: "Errors", value: formatPercent(edge.errorPercent) },
            {
              term: "Latency",
              value:
                single === undefined
                  ? `p95 up to ${formatMillis(edge.p95Ms)}`
                  : `p50 ${formatMillis(single.p50Ms)}, p95 ${formatMillis(single.p95Ms)}, p99 ${formatMillis(single.p99Ms)}`,
            },
            { term: "mTLS", value: <MtlsLock percent={edge.mtlsPercent} /> },
            {
              term: "Asked for",
              value:
                [...new Set(edge.members.flatMap(({ destinationServices }) => destinationServices))].join(", ") || "–",
            },
          ]}
        />
        {host === null ? null : (
          <div className="mt-3 flex flex-wrap gap-1.5">
            <ButtonLink size="sm" href={`/security/new?host=${encodeURIComponent(host)}`}>
              <ShieldCheck aria-hidden /> Allow or deny
            </ButtonLink>
            <ButtonLink size="sm" href={withRange(`/traces?service=${encodeURIComponent(serviceText)}`, range)}>
              <ListTree aria-hidden /> Traces
            </ButtonLink>
          </div>
        )}
      </PanelSection>
      <EdgeResponses edge={edge} />
      <PanelSection title="Requests per second" note="Since you opened this page">
        <TimeChart
          isCompact
          label="Requests per second on this edge"
          series={[{ key: "rate", label: "Requests", color: "series-1", points: points("requestsPerSecond") }]}
          format={formatRate}
          syncId="edge"
          className="h-24"
        />
      </PanelSection>
      <PanelSection title="Errors" note="Since you opened this page">
        <TimeChart
          isCompact
          label="Errors in percent on this edge"
          series={[{ key: "errors", label: "Errors", color: "bad", points: points("errorPercent") }]}
          format={formatPercent}
          max={100}
          syncId="edge"
          className="h-24"
        />
      </PanelSection>
      <PanelSection title="Latency, p95" note="Since you opened this page">
        <TimeChart
          isCompact
          label="95th percentile of latency on this edge"
          series={[{ key: "p95", label: "p95", color: "series-3", points: points("p95Ms") }]}
          format={formatMillis}
          syncId="edge"
          className="h-24"
        />
      </PanelSection>
      {serviceText === "" ? null : <EdgeTraces service={serviceText} />}
    </>
  );
}

function Name({
  node,
  id,
  onSelect,
}: {
  readonly node: DisplayGraph["nodes"][number] | undefined;
  readonly id: string;
  readonly onSelect: (id: string) => void;
}) {
  return (
    <button type="button" onClick={() => onSelect(id)} className="rounded-sm hover:underline">
      {node === undefined ? id : node.version === null ? node.name : `${node.name} ${node.version}`}
    </button>
  );
}
