import type { SetAside } from "#server/telemetry/ports/set-aside.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { faultOfRow } from "#server/telemetry/stores/fault-of-row.ts";
import type { Table } from "#server/telemetry/stores/table.ts";
import { GAPS, KEYS, LOGS, REQUESTS, SHAPES, SPANS, WINDOWS } from "#server/telemetry/stores/tables.ts";

/**
 * Stores a batch; where that fails and rows are in it that no table can hold, the rest is stored without them. Whoever sent them would send them again
 * for ever, and with them all that came together with them.
 */
export async function storeFitting(
  batch: TelemetryBatch,
  store: (batch: TelemetryBatch) => Promise<void>,
  onSetAside: (aside: SetAside) => void,
): Promise<void> {
  try {
    await store(batch);
  } catch (error) {
    const { fitting, aside } = sieve(batch);
    if (aside.length === 0) throw error;
    await store(fitting);
    aside.forEach(onSetAside);
  }
}

function sieve(batch: TelemetryBatch): { readonly fitting: TelemetryBatch; readonly aside: readonly SetAside[] } {
  const aside: SetAside[] = [];
  const fitting = {
    ...batch,
    windows: those(batch.windows, WINDOWS["10s"].name, aside, faultOfWindow).map((window) =>
      withFittingShapes(window, aside),
    ),
    requests: inTable(REQUESTS, batch.requests, aside),
    spans: inTable(SPANS, batch.spans, aside),
    logs: inTable(LOGS, batch.logs, aside),
    gaps: inTable(GAPS, batch.gaps, aside),
  };
  return { fitting, aside };
}

function faultOfWindow(window: TrafficWindow): string | undefined {
  const { startMs, key } = window;
  return faultOfRow(KEYS, { id: 0, key }) ?? faultOfRow(WINDOWS["10s"], { window, startMs, id: 0 });
}

/** Its requests stay counted. */
function withFittingShapes(window: TrafficWindow, aside: SetAside[]): TrafficWindow {
  const { shapes, startMs } = window;
  if (shapes === undefined) return window;
  const fitting = those(shapes, SHAPES.name, aside, (shape) => faultOfRow(SHAPES, { startMs, id: 0, shape }));
  return fitting.length === shapes.length ? window : { ...window, shapes: fitting };
}

function inTable<Row>(table: Table<Row>, rows: readonly Row[], aside: SetAside[]): readonly Row[] {
  return those(rows, table.name, aside, (row) => faultOfRow(table, row));
}

function those<Row>(
  rows: readonly Row[],
  table: string,
  aside: SetAside[],
  faultOf: (row: Row) => string | undefined,
): readonly Row[] {
  let why: string | undefined;
  const fitting = rows.filter((row) => {
    const fault = faultOf(row);
    why ??= fault;
    return fault === undefined;
  });
  if (why !== undefined) aside.push({ table, rows: rows.length - fitting.length, why });
  return fitting;
}
