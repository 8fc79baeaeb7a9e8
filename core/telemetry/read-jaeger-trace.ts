import { z } from "zod";
import { type FileAttributes, type FileSpan, idOrNone, readPart, unreadable } from "#core/telemetry/read-file-part.ts";
import { SPAN_KINDS, SPAN_STATUSES } from "#core/telemetry/trace.ts";

const hex = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{1,${length}}$`, "i"), `is not 1 to ${length} hex digits`)
    .transform((text) => text.toLowerCase().padStart(length, "0"));
const tag = z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) });
/** A start and a duration together are still a time that has a date. */
const micros = z.number().nonnegative().max(4e18);
const Process = z.object({ serviceName: z.string(), tags: z.array(tag).nullish() });
type Process = z.output<typeof Process>;
const Span = z.object({
  traceID: hex(32),
  spanID: hex(16),
  parentSpanID: z.string().optional(),
  operationName: z.string(),
  references: z.array(z.object({ refType: z.string(), spanID: hex(16) })).nullish(),
  startTime: micros,
  duration: micros,
  tags: z.array(tag).nullish(),
  logs: z.array(z.object({ timestamp: micros, fields: z.array(tag) })).nullish(),
  processID: z.string().optional(),
  process: Process.nullish(),
});
const Head = z.object({
  spans: z.array(z.unknown()),
  processes: z.record(z.string(), Process).nullish(),
});

/** Traces of Jaeger's query API. Throws "invalid" with the place of the first that is wrong. */
export function readJaegerTraces(value: unknown, at: string): readonly FileSpan[] {
  const traces = readPart(z.array(z.unknown()), value, at);
  return traces.flatMap((each, index) => {
    const path = at === "" ? "" : `${at}[${index}]`;
    const { spans, processes } = readPart(Head, each, path);
    const seen = new Map(Object.entries(processes ?? {}));
    return spans.map((span, place) => readSpan(span, seen, `${path}${path === "" ? "" : "."}spans[${place}]`));
  });
}

function readSpan(value: unknown, processes: ReadonlyMap<string, Process>, at: string): FileSpan {
  const span = readPart(Span, value, at);
  const process = span.process ?? processes.get(span.processID ?? "");
  if (process === undefined)
    throw unreadable(
      `${at}.processID: ${JSON.stringify((span.processID ?? "").slice(0, 100))} is none of its processes`,
    );
  const {
    "span.kind": kind,
    "otel.status_code": status,
    "otel.status_description": message,
    ...attributes
  } = tagsOf(span.tags);
  const parent = span.references?.find(({ refType }) => refType === "CHILD_OF") ?? span.references?.[0];
  return {
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: idOrNone((parent?.spanID ?? span.parentSpanID ?? "").toLowerCase().padStart(16, "0")),
    service: process.serviceName,
    operation: span.operationName,
    kind: SPAN_KINDS.find((each) => each === kind) ?? "unspecified",
    startMs: span.startTime / 1000,
    durationMs: span.duration / 1000,
    status: SPAN_STATUSES.find((each) => each === String(status).toLowerCase()) ?? "unset",
    statusMessage: message === undefined ? "" : String(message),
    attributes,
    resource: { ...tagsOf(process.tags), "service.name": process.serviceName },
    events: (span.logs ?? []).map(({ timestamp, fields }) => {
      const { event, ...rest } = tagsOf(fields);
      return { atMs: timestamp / 1000, name: event === undefined ? "log" : String(event), attributes: rest };
    }),
  };
}

function tagsOf(tags: readonly z.output<typeof tag>[] | null | undefined): FileAttributes {
  return Object.fromEntries((tags ?? []).map(({ key, value }) => [key, value]));
}
