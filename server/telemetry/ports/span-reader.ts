import type { Field, SpanCondition } from "#core/traceql/query.ts";
import type { SpanOutline, StoredSpan } from "#server/telemetry/ports/span-row.ts";

/**
 * Of one reporter in one trace so many spans are read, the first to start: whoever knows an id can add to it, and its page stays one
 * that opens.
 */
export const SPANS_OF_ONE_MAX = 12_000;
/** And so many characters of what they carry. */
export const CHARS_OF_ONE_MAX = 16 * 1024 * 1024;

/** Which traces: those of which one span is all of what is asked for. */
export interface SpanSearch {
  /** A span's start, at the earliest. */
  readonly fromMs: number;
  /** Only traces whose newest span is no younger than this: the rest may still be on its way. */
  readonly settledMs: number;
  /** By `isOfService`: "reviews" finds "reviews.default", and that "reviews" of the namespace too. */
  readonly service?: string | undefined;
  /** A host that the span was sent to, or that its URL names, in whichever form, where it went nowhere. */
  readonly callee?: string | undefined;
  /** Part of the operation or of the URL that was asked for, in any case. */
  readonly operation?: string | undefined;
  /** Attributes, as text. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** What one span is like. A store may find more by it than are, and never fewer. */
  readonly where?: SpanCondition | undefined;
  readonly errorsOnly?: boolean | undefined;
  /** Of the whole trace. */
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  /** Traces, the newest. */
  readonly limit: number;
}

export interface SpanReader {
  /** A search may leave out some of what there is: what is summed of it is not all. */
  readonly leavesOut?: boolean;
  /** Ids of the traces that are found, the newest first. */
  traceIds(search: SpanSearch): Promise<readonly string[]>;
  /** Spans of the traces that are found, in no order. */
  search(search: SpanSearch): Promise<readonly SpanOutline[]>;
  /** By the id in hex; one of 64 bits is padded with zeros. Empty for a trace that is not known. */
  spansOf(traceId: string): Promise<readonly StoredSpan[]>;
  /** Of several traces, by their whole ids. */
  spansOfEach(traceIds: readonly string[]): Promise<readonly StoredSpan[]>;
  /** Names of services, and the first parts of `app.namespace`, from a time on. */
  services(fromMs: number): Promise<readonly string[]>;
  /** Of a service, or of those that its name is the first part of; kinds by OTLP's number. */
  operations(service: string, fromMs: number): Promise<readonly { readonly name: string; readonly kind: number }[]>;
  attributeNames(scope: "span" | "resource", fromMs: number): Promise<readonly string[]>;
  /** Different values of what spans have, as text. */
  values(field: Field, fromMs: number): Promise<readonly string[]>;
}
