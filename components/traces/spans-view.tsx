"use client";
import { ChevronsDownUp, ChevronsUpDown } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { rowsOf } from "#components/traces/build-waterfall.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import type { ViewedTrace } from "#components/traces/viewed-trace.ts";
import { Waterfall } from "#components/traces/waterfall.tsx";
import type { CriticalPart } from "#components/traces/waterfall-line.tsx";
import { Button } from "#components/ui/button.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";

const NONE: ReadonlyMap<number, readonly CriticalPart[]> = new Map();

/** The waterfall with its services above. */
export function SpansView({ nodes, colors, extent, steps, selectedId, onSelect }: ViewedTrace) {
  const search = useSearchState();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(nodes, extent, collapsed), [nodes, extent, collapsed]);
  const isCritical = search.get("critical") === "1";
  const critical = useMemo(() => {
    if (!isCritical) return NONE;
    const parts = Map.groupBy(steps, ({ at }) => at);
    return new Map(
      Array.from(parts, ([at, of]) => [
        at,
        of.map(({ fromMs, toMs }) => ({
          offset: (fromMs - extent.startMs) / extent.lengthMs,
          width: (toMs - fromMs) / extent.lengthMs,
        })),
      ]),
    );
  }, [isCritical, steps, extent]);
  const toggle = useCallback((spanId: string, isCollapsed: boolean) => {
    setCollapsed((before) => {
      const next = new Set(before);
      if (isCollapsed) next.add(spanId);
      else next.delete(spanId);
      return next;
    });
  }, []);
  const collapseAll = () =>
    setCollapsed(
      new Set(rows.filter(({ hasChildren, depth }) => hasChildren && depth > 0).map(({ span }) => span.spanId)),
    );
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2">
        <ul
          aria-label="Services"
          className="flex max-h-24 min-w-0 flex-1 basis-64 flex-wrap gap-x-4 gap-y-1 overflow-y-auto text-muted text-xs"
        >
          {[...colors.keys()].map((service) => (
            <li key={service} data-testid="trace-service" className="flex items-center gap-1.5">
              <ServiceDot service={service} colors={colors} />
              {service}
            </li>
          ))}
        </ul>
        <Switch
          label="Critical path"
          isOn={isCritical}
          onChange={(isOn) => search.set({ critical: isOn ? "1" : null })}
        />
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
        selectedId={selectedId}
        critical={critical}
        onSelect={onSelect}
        onToggle={toggle}
      />
    </>
  );
}
