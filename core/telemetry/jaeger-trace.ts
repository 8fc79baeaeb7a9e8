import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

interface JaegerTag {
  readonly key: string;
  readonly type: "string" | "bool" | "int64" | "float64";
  readonly value: string | number | boolean;
}

interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: "CHILD_OF"; readonly traceID: string; readonly spanID: string }[];
  /** Microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: null;
}

/** A trace in the JSON of Jaeger's query API, which its page reads from files too. */
export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
  readonly warnings: readonly string[] | null;
}

type Attributes = TraceSpan["attributes"];

/** Services are processes there: one for each that says something else of itself. */
export function toJaeger({ traceId, spans, isCut }: Trace): JaegerTrace {
  const processes = new Map<string, { readonly id: string; readonly span: TraceSpan }>();
  const processOf = (span: TraceSpan): string => {
    const key = JSON.stringify([span.service, span.resource]);
    const known = processes.get(key);
    if (known !== undefined) return known.id;
    const id = `p${processes.size + 1}`;
    processes.set(key, { id, span });
    return id;
  };
  return {
    traceID: traceId,
    spans: spans.map((span) => ({
      traceID: traceId,
      spanID: span.spanId,
      operationName: span.operation,
      references:
        span.parentSpanId === null ? [] : [{ refType: "CHILD_OF", traceID: traceId, spanID: span.parentSpanId }],
      startTime: Math.round(span.startMs * 1000),
      duration: Math.round(span.durationMs * 1000),
      tags: [...tagsOf(span.attributes), ...statusTags(span)],
      logs: span.events.map(({ atMs, name, attributes }) => ({
        timestamp: Math.round(atMs * 1000),
        fields: tagsOf({ event: name, ...attributes }),
      })),
      processID: processOf(span),
      warnings: null,
    })),
    processes: Object.fromEntries(
      [...processes.values()].map(({ id, span }) => [
        id,
        { serviceName: span.service, tags: tagsOf(span.resource).filter(({ key }) => key !== "service.name") },
      ]),
    ),
    warnings: isCut === true ? ["one reporter has more spans in this trace than are read of one"] : null,
  };
}

function tagsOf(attributes: Attributes): JaegerTag[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, type: typeOf(value), value }));
}

function typeOf(value: string | number | boolean): JaegerTag["type"] {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) ? "int64" : "float64";
}

/** What Jaeger has no field for is among the tags, by the names that OpenTelemetry gave them. */
function statusTags({ kind, status, statusMessage, attributes }: TraceSpan): JaegerTag[] {
  const more: Record<string, string | boolean> = {};
  if (kind !== "unspecified") more["span.kind"] = kind;
  if (status !== "unset") more["otel.status_code"] = status.toUpperCase();
  if (status === "error") more.error = true;
  if (statusMessage !== "") more["otel.status_description"] = statusMessage;
  return tagsOf(more).filter(({ key }) => !Object.hasOwn(attributes, key));
}
