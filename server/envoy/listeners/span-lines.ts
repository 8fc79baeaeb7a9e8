import type { SpanTag } from "#core/resolve/tracing.ts";
import type { LogDirection } from "#core/telemetry/access-log.ts";
import { markedName } from "#core/telemetry/header-tag.ts";
import { type LineTag, type SpanFormat, spanLineFormat, TEXT_CHARS_MAX } from "#core/telemetry/span-line.ts";
import type { ProxyTracing } from "#server/envoy/listeners/proxy-tracing.ts";
import { type ProxyLogs, tellsTrace } from "#server/envoy/listeners/requested-log.ts";

/** Traced requests have a line besides, of which the agent makes spans. */
export interface SpanLines {
  /** How many are, of those that bring no decision. */
  readonly percent: number;
  readonly script: string;
  readonly format: SpanFormat;
}

interface Tracing {
  readonly tracing: ProxyTracing;
  readonly traceScript: string | undefined;
  readonly accessLog: string | undefined;
  readonly logs: ProxyLogs;
}

/**
 * Of a side that is traced for the control plane, and by ids of requests: it needs no tracer, which costs each request
 * (docs/adr/0014-tracer.md). Undefined where one is needed: gateways tell of each try by a span of its own, and logs that somebody asks for
 * may tell the trace, which Envoy knows by its tracer alone.
 */
export function spanLinesOf(
  { tracing, traceScript: script, accessLog, logs }: Tracing,
  direction: LogDirection,
): SpanLines | undefined {
  const side = direction === "inbound" ? tracing.server : tracing.client;
  if (side === undefined || script === undefined || accessLog === undefined || direction === "gateway")
    return undefined;
  if (side.receiver !== undefined || side.endsContext || side.ignoresRequestId) return undefined;
  if ((direction === "inbound" ? logs.server : logs.client).some(tellsTrace)) return undefined;
  const tags = side.tags.map(([name, tag]) => lineTag(markedName(name, tag), tag));
  if (tags.includes(undefined)) return undefined;
  return {
    percent: side.samplingPercent,
    script,
    format: spanLineFormat(
      direction,
      tags.filter((tag) => tag !== undefined),
      side.maxPathTagLength,
    ),
  };
}

/** Names of which a format could make something else. */
const PLAIN_NAME = /^[\w-]+$/;

/** Undefined for what only a tracer can tell. */
function lineTag(name: string, tag: SpanTag): LineTag | undefined {
  if (tag.kind === "literal") return { name, format: asFormat(tag.text), otherwise: "" };
  if (tag.kind === "formatter")
    return tag.text.includes("%TRACE_ID") ? undefined : { name, format: tag.text, otherwise: "" };
  if (!PLAIN_NAME.test(tag.name)) return undefined;
  const command = tag.kind === "environment" ? "ENVIRONMENT" : "REQUEST_HEADER";
  return { name, format: `%${command}(${tag.name}):${TEXT_CHARS_MAX}%`, otherwise: asFormat(tag.otherwise) };
}

/** A text with nothing in it that Envoy would take for a command. */
const asFormat = (text: string): string => text.replaceAll("%", "%%");
