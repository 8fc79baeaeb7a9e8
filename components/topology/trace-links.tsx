"use client";
import { OctagonX } from "lucide-react";
import Link from "next/link";
import { formatMillis } from "#components/format/format-millis.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { TraceSummary } from "#core/telemetry/trace.ts";

const SHOWN = 6;

/** The last traces, each a link. */
export function TraceLinks({ traces }: { readonly traces: readonly TraceSummary[] }) {
  const range = useRange();
  return (
    <PanelSection title="Recent traces">
      {traces.length === 0 ? <p className="text-sm text-subtle">None in this range</p> : null}
      <ul className="-mx-2 flex flex-col">
        {traces.slice(0, SHOWN).map((trace) => (
          <li key={trace.traceId} className="relative flex items-center gap-2 rounded-md px-2 py-1 hover:bg-hover">
            {trace.errorCount > 0 ? (
              <OctagonX role="img" aria-label="With errors" className="size-3.5 shrink-0 text-bad" />
            ) : null}
            <Link
              href={withRange(`/traces/${trace.traceId}`, range)}
              className="min-w-0 flex-1 truncate rounded-sm text-ink text-sm after:absolute after:inset-0"
            >
              {trace.rootOperation}
            </Link>
            <span className="tabular shrink-0 text-muted text-xs">{formatMillis(trace.durationMs)}</span>
            <Ago at={trace.startMs} className="w-16 shrink-0 text-right text-subtle text-xs" />
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
