import { isMarkedFailed } from "#core/telemetry/is-failed-span.ts";
import type { FileSpan } from "#core/telemetry/read-file-part.ts";
import { SPAN_KINDS, SPAN_STATUSES } from "#core/telemetry/trace.ts";
import type { StoredSpan } from "#server/telemetry/ports/span-row.ts";

/** A span of Jaeger's as a store would have it; `ofTrace`: how many spans came of its trace. */
export function toStored(span: FileSpan, ofTrace: number): StoredSpan {
  const { operation, kind, status, attributes, resource, events, ...rest } = span;
  return {
    ...rest,
    name: operation,
    kind: SPAN_KINDS.indexOf(kind),
    status: SPAN_STATUSES.indexOf(status),
    isError: isMarkedFailed(span),
    attributes: JSON.stringify(attributes),
    resource: JSON.stringify(resource),
    events: JSON.stringify(events),
    links: "[]",
    scope: "",
    ofTrace,
  };
}
