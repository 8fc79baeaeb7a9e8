import type { LedgerEntry } from "#node/ledger-file.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { type Held, heldOf } from "#server/telemetry/stores/duckdb/held.ts";
import type { TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import type { KeyNumbers, Numbering } from "#server/telemetry/stores/key-numbers.ts";
import type { Rolled } from "#server/telemetry/stores/rolled.ts";
import { GAPS, KEYS, LOGS, REPORTS, REQUESTS, SHAPES, SPANS, WINDOWS } from "#server/telemetry/stores/tables.ts";
import { sumShapes, windowsOfTier } from "#server/telemetry/stores/window-rows.ts";

/**
 * A batch, within the transaction that stores it. Numbers of labels are given here and kept once it is committed: retention, which
 * takes them away, is a transaction too.
 */
export async function storeBatch(
  transaction: WriteTransaction,
  batch: TelemetryBatch,
  { keys, rolled }: { readonly keys: KeyNumbers; readonly rolled: Rolled },
  ledger: TelemetryLedger,
  nowMs: number,
): Promise<{ readonly numbering: Numbering; readonly entry: LedgerEntry }> {
  const { append } = transaction;
  const numbering = keys.begin();
  const rows = batch.windows.map((window) => ({ window, startMs: window.startMs, id: numbering.number(window.key) }));
  await append(KEYS, numbering.added);
  let due: Held = {};
  for (const { name } of TIERS) {
    const ofTier = windowsOfTier(rows, name, rolled);
    await append(WINDOWS[name], ofTier);
    due = { ...due, [WINDOWS[name].name]: ofTier.reduce((sum, { window }) => sum + window.count, 0) };
  }
  await append(SHAPES, sumShapes(rows));
  await append(REQUESTS, batch.requests);
  await append(SPANS, batch.spans);
  await append(LOGS, batch.logs);
  await append(GAPS, batch.gaps);
  await append(REPORTS, batch.reports);
  const stored = {
    reports: batch.reports.length,
    requests: batch.windows.reduce((sum, { count }) => sum + count, 0),
    samples: batch.requests.length,
    spans: batch.spans.length,
  };
  const held = heldOf(batch, numbering.added.length, due);
  return { numbering, entry: await ledger.note(transaction, stored, nowMs, held) };
}
