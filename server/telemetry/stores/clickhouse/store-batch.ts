import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import type { Beside } from "#server/telemetry/stores/clickhouse/beside.ts";
import { tableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import type { WriteBatch } from "#server/telemetry/stores/clickhouse/writer.ts";
import type { Numbering } from "#server/telemetry/stores/key-numbers.ts";
import { GAPS, KEYS, LOGS, REPORTS, REQUESTS, SHAPES, SPANS, WINDOWS } from "#server/telemetry/stores/tables.ts";
import { sumShapes, windowsOfTier } from "#server/telemetry/stores/window-rows.ts";

/** Each table's rows are one insert; they go out together, and the batch counts once all of them are in. */
export async function storeBatch(
  { number, insert }: WriteBatch,
  batch: TelemetryBatch,
  { keys, rolled }: Pick<Beside, "keys" | "rolled">,
): Promise<Numbering> {
  const numbering = keys.begin();
  const rows = batch.windows.map((window) => ({ window, startMs: window.startMs, id: numbering.number(window.key) }));
  await insert([
    tableRows(KEYS, numbering.added, number),
    ...TIERS.map(({ name }) => tableRows(WINDOWS[name], windowsOfTier(rows, name, rolled), number)),
    tableRows(SHAPES, sumShapes(rows), number),
    tableRows(REQUESTS, batch.requests, number),
    tableRows(SPANS, batch.spans, number),
    tableRows(LOGS, batch.logs, number),
    tableRows(GAPS, batch.gaps, number),
    tableRows(REPORTS, batch.reports, number),
  ]);
  return numbering;
}
