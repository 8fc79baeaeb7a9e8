import { formatMillis } from "#components/format/format-millis.ts";
import { extentOf } from "#components/traces/build-waterfall.ts";
import { ChangedBefore } from "#components/traces/changed-before.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Clock } from "#components/ui/time-text.tsx";
import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** The line under a trace's name. */
export function TraceFacts({ trace }: { readonly trace: Trace }) {
  const { startMs, lengthMs } = extentOf(trace);
  const services = new Set(trace.spans.map(({ service }) => service)).size;
  const errors = trace.spans.filter(isFailedSpan).length;
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1" data-testid="trace-facts">
      <span className="font-medium text-ink">{formatMillis(lengthMs)}</span>
      <span>
        {trace.spans.length} spans in {services} {services === 1 ? "service" : "services"}
      </span>
      {errors === 0 ? (
        <span>no errors</span>
      ) : (
        <Badge tone="bad">{errors === 1 ? "1 error" : `${errors} errors`}</Badge>
      )}
      <Clock atMs={startMs} withMillis className="tabular" />
      <ChangedBefore startMs={startMs} lengthMs={lengthMs} />
      <span className="inline-flex items-center">
        <code className="font-mono text-xs">{trace.traceId}</code>
        <CopyButton text={trace.traceId} label="Copy the trace id" />
      </span>
    </span>
  );
}
