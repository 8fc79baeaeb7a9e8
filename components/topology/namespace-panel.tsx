"use client";
import { ChevronsDownUp, ChevronsUpDown, Layers, ListFilter } from "lucide-react";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { PanelFigure } from "#components/topology/panel-figure.tsx";
import { PanelSection } from "#components/topology/panel-section.tsx";
import type { NamespaceSummary } from "#components/topology/summarize-namespace.ts";
import { TrafficSeries } from "#components/topology/traffic-series.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { namespaceNodeId } from "#core/graph/display-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

const SHOWN = 12;

export interface NamespacePanelProps {
  readonly summary: NamespaceSummary;
  readonly view: GraphView;
  readonly onToggle: () => void;
  readonly onSelect: (id: string) => void;
}

/** One namespace: what passes its border, who in it needs a look. */
export function NamespacePanel({ summary, view, onToggle, onSelect }: NamespacePanelProps) {
  const range = useRange();
  const { namespace, isClosed, health, nodes, rateIn, rateOut, rateInside, errorPercentIn } = summary;
  const id = namespaceNodeId(namespace);
  const showsOut = rateIn === 0;
  return (
    <>
      <header className="px-4 pt-4 pr-12 pb-3">
        <p className="flex items-center gap-1.5 text-subtle text-xs">
          <Layers aria-hidden className="size-3.5" /> Namespace with {nodes.length}{" "}
          {nodes.length === 1 ? "node" : "nodes"}
        </p>
        <h2 className="mt-0.5 break-words font-semibold text-base text-ink">{namespace}</h2>
        <HealthMark health={health} withWord className="mt-1.5" />
        <p className="mt-0.5 text-muted text-xs">{health.reason}</p>
        <dl className="tabular mt-3 grid grid-cols-4 gap-2 text-sm">
          <PanelFigure term="In" value={`${formatRate(rateIn)}/s`} />
          <PanelFigure term="Errors in" value={formatPercent(errorPercentIn)} />
          <PanelFigure term="Out" value={`${formatRate(rateOut)}/s`} />
          <PanelFigure term="Inside" value={`${formatRate(rateInside)}/s`} />
        </dl>
      </header>
      <PanelSection>
        <div className="flex flex-wrap gap-1.5">
          <Button size="sm" onClick={onToggle}>
            {isClosed ? <ChevronsUpDown aria-hidden /> : <ChevronsDownUp aria-hidden />}
            {isClosed ? "Open" : "Close up"}
          </Button>
          <ButtonLink size="sm" href={withRange(`/services?q=${encodeURIComponent(namespace)}`, range)}>
            <ListFilter aria-hidden /> Its services
          </ButtonLink>
        </div>
      </PanelSection>
      <PanelSection title="Inside">
        <ul className="-mx-2 flex flex-col">
          {nodes.slice(0, SHOWN).map((node) => (
            <li key={node.id} className="relative flex items-center gap-2 rounded-md px-2 py-1 hover:bg-hover">
              <HealthMark health={node.health} />
              {isClosed ? (
                <span className="min-w-0 flex-1 truncate text-ink">{node.title}</span>
              ) : (
                <button
                  type="button"
                  onClick={() => onSelect(node.id)}
                  className="min-w-0 flex-1 truncate rounded-sm text-left text-ink after:absolute after:inset-0"
                >
                  {node.title}
                </button>
              )}
              <span className="tabular shrink-0 text-muted text-xs">{formatRate(node.requestsPerSecondIn)}/s</span>
            </li>
          ))}
        </ul>
        {nodes.length > SHOWN ? (
          <p className="mt-1 text-subtle text-xs">and {nodes.length - SHOWN} more; the worst stand first</p>
        ) : null}
      </PanelSection>
      <TrafficSeries
        ends={showsOut ? { view, from: id } : { view, to: id }}
        what={showsOut ? `out of ${namespace}` : `into ${namespace}`}
      />
    </>
  );
}
