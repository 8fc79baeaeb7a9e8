import { readMessage } from "#grpc/read-message.ts";
import { encodeReport } from "#mesh-agent/telemetry/encode-report.ts";
import type { Outbox } from "#mesh-agent/telemetry/outbox.ts";
import { ReportResponseSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** Sends a serialized ReportRequest to the control plane and resolves with its serialized answer; rejects when there was none. */
export type SendReport = (request: Uint8Array) => Promise<Uint8Array>;

export interface Delivery {
  /** All that waited is acknowledged. */
  readonly isDone: boolean;
  /** What the control plane asks for between reports; undefined when it did not say. */
  readonly intervalMs: number | undefined;
  readonly error: unknown;
}

/** What an answer says beside how far it acknowledges. */
export interface Answered {
  /** This host's clock as the report was sent, and the control plane's as it answered; 0 where it did not say. */
  readonly sentAtMs: number;
  readonly serverTimeMs: number;
  /** What was not counted, and why. */
  readonly refused: readonly string[];
}

/** Hands over what waits, oldest first, until nothing does, `isWanted` says no, or one report is not acknowledged. */
export async function deliverReports(
  outbox: Outbox,
  instance: string,
  send: SendReport,
  isWanted: () => boolean,
  onAnswer: (answered: Answered) => void,
): Promise<Delivery> {
  let intervalMs: number | undefined;
  for (let entry = outbox.first(); entry !== undefined; entry = outbox.first()) {
    if (!isWanted()) return { isDone: false, intervalMs, error: undefined };
    try {
      const sentAtMs = Date.now();
      const report = encodeReport(outbox.storeId, instance, entry, sentAtMs);
      const answer = readMessage(ReportResponseSchema, await send(report));
      onAnswer({ sentAtMs, serverTimeMs: Number(answer.serverTimeMs), refused: answer.refused });
      const acknowledged = Number(answer.acknowledgedSequence);
      // Neither taken nor refused: asking again at once would only be a louder way to ask.
      if (acknowledged < entry.sequence)
        return {
          isDone: false,
          intervalMs,
          error: new Error(`report ${entry.sequence} was answered with ${acknowledged}`),
        };
      if (acknowledged > entry.sequence) {
        // Numbers beyond ours were given by another with our name: under it our reports would pass for repeated ones.
        outbox.rename();
        continue;
      }
      outbox.acknowledge(acknowledged);
      if (answer.reportIntervalMs > 0) intervalMs = answer.reportIntervalMs;
    } catch (error) {
      return { isDone: false, intervalMs, error };
    }
  }
  return { isDone: true, intervalMs, error: undefined };
}
