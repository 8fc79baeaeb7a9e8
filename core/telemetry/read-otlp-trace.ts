import { z } from "zod";
import { type FileAttributes, type FileSpan, idOrNone, readPart } from "#core/telemetry/read-file-part.ts";
import { SPAN_KINDS, SPAN_STATUSES } from "#core/telemetry/trace.ts";

/** Ids are hex in OTLP's JSON, and base64 where somebody wrote it by protobuf's own rules. */
const id = (bytes: number) =>
  z.string().transform((text, context) => {
    if (new RegExp(`^[0-9a-f]{${bytes * 2}}$`, "i").test(text)) return text.toLowerCase();
    const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? fromBase64(text) : undefined;
    if (decoded?.length === bytes * 2) return decoded;
    context.addIssue({ code: "custom", message: `is not ${bytes * 2} hex digits` });
    return z.NEVER;
  });
const nanos = z.union([
  z.string().regex(/^\d{1,20}$/, "is not a number of nanoseconds"),
  z
    .number()
    .nonnegative()
    .max(2 ** 64),
]);
const keyValue = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()).nullish() });
const attributes = z.array(keyValue).nullish();
const Span = z.object({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: z.union([z.literal(""), id(8)]).nullish(),
  name: z.string().default(""),
  kind: z.union([z.number(), z.string()]).default(0),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  events: z.array(z.object({ timeUnixNano: nanos.default(0), name: z.string().default(""), attributes })).nullish(),
  status: z.object({ code: z.union([z.number(), z.string()]).default(0), message: z.string().default("") }).nullish(),
});
const Scope = z.object({ spans: z.array(z.unknown()).default([]) });
const Batch = z.object({
  resource: z.object({ attributes }).nullish(),
  scopeSpans: z.array(Scope).nullish(),
  /** As older versions called it. */
  instrumentationLibrarySpans: z.array(Scope).nullish(),
});

/** Spans of OTLP's JSON. Throws "invalid" with the place of the first that is wrong. */
export function readOtlpSpans(value: unknown, at: string): readonly FileSpan[] {
  return readPart(z.array(z.unknown()), value, at).flatMap((each, index) => {
    const path = `${at}[${index}]`;
    const batch = readPart(Batch, each, path);
    const resource = read(batch.resource?.attributes);
    const name =
      batch.scopeSpans === undefined || batch.scopeSpans === null ? "instrumentationLibrarySpans" : "scopeSpans";
    return (batch.scopeSpans ?? batch.instrumentationLibrarySpans ?? []).flatMap(({ spans }, scope) =>
      spans.map((span, place) => readSpan(span, resource, `${path}.${name}[${scope}].spans[${place}]`)),
    );
  });
}

function readSpan(value: unknown, resource: FileAttributes, at: string): FileSpan {
  const span = readPart(Span, value, at);
  const startMs = millis(span.startTimeUnixNano);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: idOrNone(span.parentSpanId),
    service: String(resource["service.name"] ?? "unknown"),
    operation: span.name,
    kind: wordOf(SPAN_KINDS, span.kind, /^SPAN_KIND_/),
    startMs,
    durationMs: Math.max(0, millis(span.endTimeUnixNano) - startMs),
    status: wordOf(SPAN_STATUSES, span.status?.code ?? 0, /^STATUS_CODE_/),
    statusMessage: span.status?.message ?? "",
    attributes: read(span.attributes),
    resource,
    events: (span.events ?? []).map((event) => ({
      atMs: millis(event.timeUnixNano),
      name: event.name,
      attributes: read(event.attributes),
    })),
  };
}

function wordOf<W extends string>(words: readonly W[], code: number | string, prefix: RegExp): W {
  const found =
    typeof code === "number" ? words[code] : words.find((each) => each === code.replace(prefix, "").toLowerCase());
  return found ?? (words[0] as W);
}

/** To the microsecond: a double holds no more of this century. */
function millis(value: string | number): number {
  return Number(BigInt(typeof value === "number" ? Math.floor(value) : value) / 1000n) / 1000;
}

function read(pairs: z.output<typeof attributes>): FileAttributes {
  return Object.fromEntries(
    (pairs ?? []).flatMap(({ key, value }) => {
      const of = attributeValue(value ?? {});
      return of === undefined ? [] : [[key, of]];
    }),
  );
}

function attributeValue(value: Readonly<Record<string, unknown>>): string | number | boolean | undefined {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = value;
  if (typeof stringValue === "string") return stringValue;
  if (typeof boolValue === "boolean") return boolValue;
  if (intValue !== undefined) return Number(intValue);
  if (typeof doubleValue === "number") return doubleValue;
  if (typeof bytesValue === "string") return bytesValue;
  const list = arrayValue ?? kvlistValue;
  return list === undefined ? undefined : JSON.stringify(list);
}

function fromBase64(text: string): string {
  try {
    return Array.from(atob(text), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}
