import { PharosError } from "#core/errors.ts";
import { INSTANCE_CHARS_MAX } from "#core/registry/instance.ts";
import { readMessage } from "#grpc/read-message.ts";
import { type ReportRequest, ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { readWindow } from "#server/telemetry/ingest/read-window.ts";
import type { LabelMemory, ToldWindow } from "#server/telemetry/ingest/told-labels.ts";
import { WireBytes } from "#server/telemetry/ingest/wire-bytes.ts";

const WINDOWS = ReportRequestSchema.field.windows.number;

/** A report as it was read. */
export interface ToldReport extends Omit<ReportRequest, "windows"> {
  readonly windows: readonly ToldWindow[];
}

/** A report of `principal`; what `readMessage` answers, and throws. */
export function readReport(bytes: Uint8Array, principal: string, memory: LabelMemory): ToldReport {
  const wire = new WireBytes(bytes);
  const windows: (readonly [from: number, to: number])[] = [];
  const rest: Uint8Array[] = [];
  try {
    while (wire.at < wire.length) {
      const start = wire.at;
      const tag = wire.uint32();
      if (tag >>> 3 !== WINDOWS) {
        wire.skip(tag);
        rest.push(wire.slice(start, wire.at));
        continue;
      }
      const end = wire.enter(tag);
      windows.push([wire.at, end]);
      wire.at = end;
    }
    const report = readMessage(ReportRequestSchema, new Uint8Array(Buffer.concat(rest)));
    const agent = `${principal} ${report.instance.length > INSTANCE_CHARS_MAX ? "" : report.instance}`;
    const known = memory.of(agent);
    try {
      const read = windows.map(([from, to]) => {
        wire.at = from;
        return readWindow(wire, to, known);
      });
      return { ...report, windows: read };
    } finally {
      memory.bound(agent);
    }
  } catch (cause) {
    if (cause instanceof PharosError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PharosError("invalid", `the message is not a ${ReportRequestSchema.typeName}: ${why.slice(0, 200)}`, {
      cause,
    });
  }
}
