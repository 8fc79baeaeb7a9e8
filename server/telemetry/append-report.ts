import type { DuckDBAppender } from "@duckdb/node-api";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { RequestSample, TelemetryGap } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { KEY_FIELDS, type NumberedKey } from "#server/telemetry/key-table.ts";
import type { SpanRow } from "#server/telemetry/read-spans.ts";
import type { StampedWindow } from "#server/telemetry/stamp-report.ts";

export function appendWindow(to: DuckDBAppender, startMs: number, key: number, window: StampedWindow): void {
  to.appendBigInt(BigInt(startMs));
  to.appendInteger(key);
  to.appendUBigInt(BigInt(window.count));
  to.appendUBigInt(BigInt(window.requestBytes));
  to.appendUBigInt(BigInt(window.responseBytes));
  to.appendDouble(window.durationSumMs);
  for (let index = 0; index < BUCKET_COUNT; index += 1) to.appendUInteger(window.buckets[index] ?? 0);
}

export function appendKey(to: DuckDBAppender, { id, key }: NumberedKey): void {
  to.appendInteger(id);
  for (const field of KEY_FIELDS) {
    const value = key[field];
    if (typeof value === "number") to.appendInteger(value);
    else if (typeof value === "boolean") to.appendBoolean(value);
    else to.appendVarchar(value);
  }
}

export function appendSample(to: DuckDBAppender, sample: RequestSample): void {
  to.appendBigInt(sample.startMs);
  to.appendVarchar(sample.reporter);
  to.appendDouble(sample.durationMs);
  to.appendVarchar(sample.method);
  to.appendVarchar(sample.path);
  to.appendVarchar(sample.authority);
  to.appendInteger(sample.responseCode);
  to.appendVarchar(sample.responseFlags);
  to.appendVarchar(sample.responseCodeDetails);
  to.appendVarchar(sample.traceId);
  to.appendVarchar(sample.requestId);
  to.appendVarchar(sample.sourceWorkload);
  to.appendVarchar(sample.sourceWorkloadNamespace);
  to.appendVarchar(sample.sourcePrincipal);
  to.appendVarchar(sample.destinationService);
  to.appendVarchar(sample.destinationWorkload);
  to.appendVarchar(sample.destinationWorkloadNamespace);
  to.appendVarchar(sample.destinationVersion);
  to.appendVarchar(sample.routeName);
  to.appendVarchar(sample.deniedBy);
}

export function appendGap(to: DuckDBAppender, gap: TelemetryGap & { readonly workload: string }): void {
  to.appendBigInt(gap.startMs);
  to.appendBigInt(gap.endMs);
  to.appendVarchar(gap.workload);
  to.appendVarchar(gap.reason);
  to.appendUBigInt(gap.requests);
}

export function appendSpan(to: DuckDBAppender, span: SpanRow): void {
  to.appendBigInt(span.startUs);
  to.appendBigInt(span.durationUs);
  to.appendVarchar(span.traceId);
  to.appendVarchar(span.spanId);
  if (span.parentSpanId === null) to.appendNull();
  else to.appendVarchar(span.parentSpanId);
  to.appendVarchar(span.service);
  to.appendVarchar(span.name);
  to.appendUTinyInt(span.kind);
  to.appendUTinyInt(span.status);
  to.appendBoolean(span.isError);
  to.appendVarchar(span.statusMessage);
  to.appendVarchar(span.attributes);
  to.appendVarchar(span.resource);
  to.appendVarchar(span.events);
}
