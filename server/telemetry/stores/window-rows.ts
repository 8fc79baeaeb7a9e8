import { TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";
import type { WindowShape } from "#server/telemetry/ports/traffic-window.ts";
import type { Rolled } from "#server/telemetry/stores/rolled.ts";
import type { ShapeRow, WindowRow } from "#server/telemetry/stores/tables.ts";

/** Shapes are told by the minute. */
const SHAPE_STEP_MS = 60_000;

/** Which windows of a batch come into a tier, and where: what is rolled up already gets late ones as they come. */
export function windowsOfTier(rows: readonly WindowRow[], tier: TierName, rolled: Rolled): readonly WindowRow[] {
  if (tier === "10s") return rows;
  const stepMs = TIERS.find(({ name }) => name === tier)?.stepMs ?? 1;
  return rows
    .filter(({ startMs }) => startMs < rolled[tier])
    .map((row) => ({ ...row, startMs: row.startMs - (row.startMs % stepMs) }));
}

type ShapeSum = Omit<ShapeRow, "shape"> & { readonly shape: Omit<WindowShape, "count"> & { count: number } };

/** One row for each set of labels, minute and shape of a batch: what several windows and agents told of it. */
export function sumShapes(rows: readonly WindowRow[]): ShapeRow[] {
  const sums = new Map<string, ShapeSum>();
  for (const { window, id } of rows) {
    const startMs = window.startMs - (window.startMs % SHAPE_STEP_MS);
    for (const { method, pathTemplate, count } of window.shapes ?? []) {
      const name = `${startMs} ${id} ${method} ${pathTemplate}`;
      const sum = sums.get(name);
      if (sum === undefined) sums.set(name, { startMs, id, shape: { method, pathTemplate, count } });
      else sum.shape.count += count;
    }
  }
  return [...sums.values()];
}
