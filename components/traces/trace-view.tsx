"use client";
import { useCallback, useMemo } from "react";
import { assignColors } from "#components/traces/assign-colors.ts";
import { extentOf } from "#components/traces/build-waterfall.ts";
import { CriticalView } from "#components/traces/critical-view.tsx";
import { FlameView } from "#components/traces/flame-view.tsx";
import { ServiceView } from "#components/traces/service-view.tsx";
import { SimilarView } from "#components/traces/similar-view.tsx";
import { SpanDetail } from "#components/traces/span-detail.tsx";
import { SpansView } from "#components/traces/spans-view.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { criticalPath } from "#core/telemetry/critical-path.ts";
import { spanTree } from "#core/telemetry/span-tree.ts";
import type { Trace } from "#core/telemetry/trace.ts";

const VIEWS = [
  { value: "spans", label: "Waterfall" },
  { value: "flame", label: "Flame graph" },
  { value: "services", label: "Services" },
  { value: "critical", label: "Critical path" },
  { value: "similar", label: "Similar" },
] as const;
type View = (typeof VIEWS)[number]["value"];

/** A trace in one of its views, and the chosen span beside it. */
export function TraceView({ trace, isStored = true }: { readonly trace: Trace; readonly isStored?: boolean }) {
  const search = useSearchState();
  // Of a trace that is shown from a file nobody knows others like it.
  const views = isStored ? VIEWS : VIEWS.filter(({ value }) => value !== "similar");
  const view: View = views.find(({ value }) => value === search.get("view"))?.value ?? "spans";
  const colors = useMemo(() => assignColors(trace.spans.map(({ service }) => service)), [trace]);
  const nodes = useMemo(() => spanTree(trace.spans), [trace]);
  const steps = useMemo(() => criticalPath(nodes), [nodes]);
  const extent = useMemo(() => extentOf(trace), [trace]);
  const { set } = search;
  const spanId = search.get("span");
  const select = useCallback((id: string) => set({ span: id }), [set]);
  const selected = useMemo(() => trace.spans.find((span) => span.spanId === spanId) ?? null, [trace, spanId]);
  const shared = { nodes, colors, extent, steps, selectedId: spanId, onSelect: select };
  return (
    <>
      <Segmented
        label="View"
        testId="trace-views"
        className="mb-3"
        value={view}
        options={views}
        onValueChange={(next) => set({ view: next === "spans" ? null : next })}
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <section aria-label="Spans" className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface">
          {view === "spans" ? <SpansView {...shared} /> : null}
          {view === "flame" ? <FlameView nodes={nodes} colors={colors} /> : null}
          {view === "services" ? <ServiceView nodes={nodes} colors={colors} steps={steps} /> : null}
          {view === "critical" ? <CriticalView {...shared} /> : null}
          {view === "similar" ? <SimilarView trace={trace} colors={colors} /> : null}
        </section>
        <SpanDetail
          trace={trace}
          isStored={isStored}
          span={selected}
          traceStartMs={extent.startMs}
          colors={colors}
          onClose={() => set({ span: null })}
        />
      </div>
    </>
  );
}
