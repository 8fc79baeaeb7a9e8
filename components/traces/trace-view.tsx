"use client";
import { ChevronsDownUp, ChevronsUpDown } from "lucide-react";
import { useMemo, useState } from "react";
import { assignColors } from "#components/traces/assign-colors.ts";
import { buildWaterfall, extentOf } from "#components/traces/build-waterfall.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { SpanDetail } from "#components/traces/span-detail.tsx";
import { Waterfall } from "#components/traces/waterfall.tsx";
import { Button } from "#components/ui/button.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** The waterfall with its services above and the chosen span beside it. */
export function TraceView({ trace }: { readonly trace: Trace }) {
  const search = useSearchState();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const colors = useMemo(() => assignColors(trace.spans.map(({ service }) => service)), [trace]);
  const rows = useMemo(() => buildWaterfall(trace, collapsed), [trace, collapsed]);
  const extent = useMemo(() => extentOf(trace), [trace]);
  const selected = trace.spans.find(({ spanId }) => spanId === search.get("span")) ?? null;
  const toggle = (spanId: string, isCollapsed: boolean) => {
    const next = new Set(collapsed);
    if (isCollapsed) next.add(spanId);
    else next.delete(spanId);
    setCollapsed(next);
  };
  const collapseAll = () =>
    setCollapsed(
      new Set(rows.filter(({ hasChildren, depth }) => hasChildren && depth > 0).map(({ span }) => span.spanId)),
    );
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <section aria-label="Spans" className="min-w-0 rounded-lg border border-line bg-surface">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2">
          <ul aria-label="Services" className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
            {[...colors.keys()].map((service) => (
              <li key={service} data-testid="trace-service" className="flex items-center gap-1.5">
                <ServiceDot service={service} colors={colors} />
                {service}
              </li>
            ))}
          </ul>
          {collapsed.size > 0 ? (
            <Button size="sm" variant="ghost" onClick={() => setCollapsed(new Set())}>
              <ChevronsUpDown aria-hidden /> Expand all
            </Button>
          ) : (
            <Button size="sm" variant="ghost" onClick={collapseAll}>
              <ChevronsDownUp aria-hidden /> Collapse all
            </Button>
          )}
        </div>
        <Waterfall
          rows={rows}
          lengthMs={extent.lengthMs}
          colors={colors}
          selectedId={selected?.spanId ?? null}
          onSelect={(spanId) => search.set({ span: spanId })}
          onToggle={toggle}
        />
      </section>
      <SpanDetail
        traceId={trace.traceId}
        span={selected}
        traceStartMs={extent.startMs}
        colors={colors}
        onClose={() => search.set({ span: null })}
      />
    </div>
  );
}
