"use client";
import { MousePointerClick, X } from "lucide-react";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import { AttributeTable } from "#components/traces/attribute-table.tsx";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { SpanConfig } from "#components/traces/span-config.tsx";
import { SpanLogs } from "#components/traces/span-logs.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Clock } from "#components/ui/time-text.tsx";
import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

export interface SpanDetailProps {
  readonly trace: Trace;
  /** Of a trace that is shown from a file nothing else is known. */
  readonly isStored: boolean;
  readonly span: TraceSpan | null;
  readonly traceStartMs: number;
  readonly colors: ServiceColors;
  readonly onClose: () => void;
}

/** All that a span says: when, how long, how it ended, its attributes and events. */
export function SpanDetail({ trace, isStored, span, traceStartMs, colors, onClose }: SpanDetailProps) {
  if (span === null)
    return (
      <aside aria-label="Span" className="rounded-lg border border-line border-dashed max-xl:hidden">
        <EmptyState icon={<MousePointerClick />} title="Choose a span">
          Its attributes, events and status show here.
        </EmptyState>
      </aside>
    );
  return (
    <aside
      aria-label="Span"
      data-testid="span-detail"
      className="sticky top-17 flex max-h-[calc(100dvh-5.5rem)] flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <header className="flex items-start gap-2 border-line border-b px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 className="break-words font-medium text-ink text-sm">{spanTitle(span)}</h2>
          <p className="mt-0.5 flex items-center gap-1.5 text-muted text-xs">
            <ServiceDot service={span.service} colors={colors} />
            {span.service}
          </p>
        </div>
        <IconButton size="sm" label="Close" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label="Span details"
        className="flex flex-col gap-4 overflow-y-auto p-4 focus-visible:-outline-offset-2"
      >
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted text-xs">
          <span className="font-medium text-ink text-sm">{formatMillis(span.durationMs)}</span>
          <span>after {formatMillis(span.startMs - traceStartMs)}</span>
          <Clock atMs={span.startMs} withMillis className="tabular" />
          <Badge>{span.kind}</Badge>
          {isFailedSpan(span) ? (
            <Badge tone="bad">error</Badge>
          ) : span.status === "ok" ? (
            <Badge tone="ok">ok</Badge>
          ) : null}
        </div>
        {span.statusMessage === "" ? null : <Notice tone="bad">{span.statusMessage}</Notice>}
        {isStored ? <SpanConfig trace={trace} span={span} /> : null}
        <AttributeTable title="Attributes" attributes={span.attributes} />
        {span.events.length === 0 ? null : (
          <section aria-label="Events">
            <h3 className="mb-1.5 font-medium text-subtle text-xs">Events</h3>
            <ol className="flex flex-col gap-3 border-line border-l pl-3">
              {span.events.map((event) => (
                <li key={`${event.atMs} ${event.name}`}>
                  <p className="text-sm">
                    <span className="font-medium text-ink">{event.name}</span>
                    <span className="tabular ml-2 text-subtle text-xs">
                      after {formatMillis(event.atMs - span.startMs)}
                    </span>
                  </p>
                  <AttributeTable attributes={event.attributes} />
                </li>
              ))}
            </ol>
          </section>
        )}
        {isStored ? <SpanLogs traceId={trace.traceId} spanId={span.spanId} startMs={span.startMs} /> : null}
        <AttributeTable title="Resource" attributes={span.resource} />
        <AttributeTable
          title="Identity"
          attributes={{
            operation: span.operation,
            "span id": span.spanId,
            ...(span.parentSpanId === null ? {} : { "parent span id": span.parentSpanId }),
          }}
        />
      </section>
    </aside>
  );
}
