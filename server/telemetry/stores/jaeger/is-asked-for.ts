import { extentOfSpans } from "#core/telemetry/extent-of-spans.ts";
import { isMarkedFailed } from "#core/telemetry/is-failed-span.ts";
import type { FileSpan } from "#core/telemetry/read-file-part.ts";
import { isOfService } from "#core/traceql/of-service.ts";
import type { SpanSearch } from "#server/telemetry/ports/span-reader.ts";
import { urlOfHost } from "#server/telemetry/stores/url-of-host.ts";

const URLS = ["http.url", "url.path", "http.target"] as const;

/** Whether a trace is found: one of its spans is all of what is asked for. What TraceQL asks is left to whoever has the query. */
export function isAskedFor(spans: readonly FileSpan[], search: SpanSearch): boolean {
  const { minDurationMs = 0, maxDurationMs = Number.POSITIVE_INFINITY, fromMs, settledMs } = search;
  const { durationMs } = extentOfSpans(spans);
  if (durationMs < minDurationMs || durationMs > maxDurationMs) return false;
  const found = spans.filter((span) => span.startMs >= fromMs && isSpanAskedFor(span, search));
  return found.length > 0 && found.every(({ startMs }) => startMs <= settledMs);
}

function isSpanAskedFor(span: FileSpan, { service, callee, operation, tags = {}, errorsOnly }: SpanSearch): boolean {
  const { attributes } = span;
  const url = URLS.map((name) => attributes[name]).find((value) => value !== undefined);
  const text = String(url ?? "").toLowerCase();
  return (
    (service === undefined || isOfService(span, service)) &&
    (callee === undefined ||
      Object.values(attributes).some((value) => String(value).endsWith(`|${callee}`)) ||
      new RegExp(urlOfHost(callee)).test(text)) &&
    (operation === undefined ||
      span.operation.toLowerCase().includes(operation.toLowerCase()) ||
      text.includes(operation.toLowerCase())) &&
    Object.entries(tags).every(
      ([name, value]) => Object.hasOwn(attributes, name) && String(attributes[name]) === value,
    ) &&
    (errorsOnly !== true || isMarkedFailed(span))
  );
}
