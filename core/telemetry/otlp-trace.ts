import { SPAN_KINDS, SPAN_STATUSES, type Trace, type TraceSpan } from "#core/telemetry/trace.ts";

type Value =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number };

interface KeyValue {
  readonly key: string;
  readonly value: Value;
}

/** TracesData of OTLP, in its JSON: ids in hex, 64-bit numbers as text. */
export interface OtlpTrace {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** A trace as OpenTelemetry hands it over, by resource. */
export function toOtlp({ traceId, spans }: Trace): OtlpTrace {
  const byResource = Map.groupBy(spans, ({ resource }) => JSON.stringify(resource));
  return {
    resourceSpans: [...byResource.values()].map((of) => ({
      resource: { attributes: attributesOf(of[0]?.resource ?? {}) },
      scopeSpans: [{ scope: { name: "" }, spans: of.map((span) => toSpan(traceId, span)) }],
    })),
  };
}

function toSpan(traceId: string, span: TraceSpan): OtlpSpan {
  const code = SPAN_STATUSES.indexOf(span.status);
  return {
    traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.operation,
    kind: SPAN_KINDS.indexOf(span.kind),
    startTimeUnixNano: nanos(span.startMs),
    endTimeUnixNano: nanos(span.startMs + span.durationMs),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ atMs, name, attributes }) => ({
      timeUnixNano: nanos(atMs),
      name,
      attributes: attributesOf(attributes),
    })),
    status: {
      ...(code > 0 ? { code } : {}),
      ...(span.statusMessage === "" ? {} : { message: span.statusMessage }),
    },
  };
}

/** Times are kept to the microsecond. */
function nanos(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}

function attributesOf(attributes: TraceSpan["attributes"]): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | boolean): Value {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
