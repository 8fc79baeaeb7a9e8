import type { PharosError } from "#core/errors.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import { describeLoss } from "#server/telemetry/stores/duckdb/describe-loss.ts";
import { describeRestore } from "#server/telemetry/stores/duckdb/describe-restore.ts";
import { describeFailure, type OpenedDuckdb } from "#server/telemetry/stores/duckdb/open-duckdb.ts";
import type { BegunRestore } from "#server/telemetry/stores/duckdb/segments/begin-restore.ts";
import type { Lost, TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import { Writer } from "#server/telemetry/stores/duckdb/writer.ts";
import { GAPS } from "#server/telemetry/stores/tables.ts";

export interface NoteLossOptions {
  readonly ledger: TelemetryLedger;
  readonly lost: Lost | undefined;
  /** What comes back of it. */
  readonly begun: BegunRestore | undefined;
  /** Transactions of which segments tell. */
  readonly commits: number;
  /** When the newest report that is left was stored. */
  readonly receivedMs: number;
  readonly nowMs: number;
  readonly path: string;
  readonly warn: (reason: string) => void;
  readonly onLoss: (reason: string) => void;
}

/** Until a store that cannot be opened can be, in figures of all times. */
const OPEN_MS = 365 * 24 * 60 * 60 * 1000;

/** Tells what a store that was just opened has lost, or that it is not the file: in the log, and as a gap beside its figures. */
export async function noteLoss(opened: OpenedDuckdb, options: NoteLossOptions): Promise<void> {
  const { ledger, lost, begun, receivedMs, nowMs, warn, onLoss } = options;
  if (opened.standsInFor !== undefined) return noteStandIn(opened.writer, opened.standsInFor, options);
  const movedAside = opened.movedAside ?? (lost === undefined ? undefined : opened.keepLog());
  const facts = { lost, movedAside, receivedMs, nowMs };
  const gaps = begun === undefined ? [describeLoss(facts) ?? []].flat() : describeRestore(begun, facts);
  if (gaps.length > 0) {
    for (const { reason } of gaps) {
      warn(reason);
      onLoss(reason);
    }
    await storeLoss(opened.writer, gaps, options);
  }
  await ledger.sync();
}

async function noteStandIn(
  writer: OpenedDuckdb["writer"],
  { message }: PharosError,
  { nowMs, warn }: NoteLossOptions,
): Promise<void> {
  const reason = `${message}; what it holds is shown again, and agents' reports are taken, once it can be opened`;
  warn(reason);
  await writer.run(
    "INSERT INTO gaps (start_ms, end_ms, workload, reason, requests) VALUES (0, $1::BIGINT, '', $2, 0)",
    [BigInt(nowMs + OPEN_MS), reason],
  );
}

/** A full disk takes neither gap nor ledger: both are said again by the next that opens it. */
async function storeLoss(
  writer: OpenedDuckdb["writer"],
  gaps: readonly GapRow[],
  { ledger, path, commits }: NoteLossOptions,
): Promise<void> {
  try {
    await new Writer(writer).run(async ({ append }) => {
      await append(GAPS, gaps);
      await ledger.settle(writer, commits);
    });
  } catch (error) {
    if (describeFailure(error, path).code !== "exhausted") throw error;
  }
}
