import { create, toBinary } from "@bufbuild/protobuf";
import type { OutboxEntry } from "#mesh-agent/telemetry/outbox-entry.ts";
import type { Gap } from "#mesh-agent/telemetry/request-ledger.ts";
import {
  ReportRequestSchema,
  type RequestSample,
  type RequestWindow,
  TelemetryGapSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** The part of a report that must not be lost. */
export function encodeCounts(windows: readonly RequestWindow[], gaps: readonly Gap[]): Uint8Array {
  return toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, {
      windows: [...windows],
      gaps: gaps.map(({ startMs, endMs, reason, requests }) =>
        create(TelemetryGapSchema, {
          startMs: BigInt(Math.round(startMs)),
          endMs: BigInt(Math.round(endMs)),
          reason,
          requests: BigInt(requests),
        }),
      ),
    }),
  );
}

/** The part that may be. */
export function encodeExtras(samples: readonly RequestSample[], resourceSpans: readonly Uint8Array[]): Uint8Array {
  return toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, { samples: [...samples], resourceSpans: [...resourceSpans] }),
  );
}

/** Serialized messages concatenated are one message with the fields of all. `sentAtMs`: this host's clock now. */
export function encodeReport(storeId: string, instance: string, entry: OutboxEntry, sentAtMs: number): Uint8Array {
  const head = toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, {
      storeId,
      instance,
      sequence: BigInt(entry.sequence),
      sentAtMs: BigInt(sentAtMs),
      foldedAtMs: BigInt(entry.createdMs),
    }),
  );
  return Buffer.concat([head, entry.counts, ...(entry.extras === null ? [] : [entry.extras])]);
}
