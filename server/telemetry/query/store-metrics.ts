import type { StorageView } from "#core/view/storage.ts";
import type { Metric } from "#node/prometheus-text.ts";

/** What is wrong with the telemetry store, for alerts. */
export function storeMetrics({ setAside, segments }: Pick<StorageView, "setAside" | "segments">): readonly Metric[] {
  const one = (name: string, type: Metric["type"], help: string, value: number): Metric => ({
    ...{ name, type, help },
    values: [{ value }],
  });
  const rows = one(
    "pharos_telemetry_rows_set_aside_total",
    "counter",
    "Rows that the telemetry store could not hold and has left out.",
    setAside?.rows ?? 0,
  );
  if (segments === null) return [rows];
  return [
    rows,
    one(
      "pharos_telemetry_segments_failing",
      "gauge",
      "1: what is over is not written to segments; Settings, Storage says why.",
      segments.failure === null ? 0 : 1,
    ),
    one("pharos_telemetry_segments_restoring", "gauge", "Segments that are still to be read back.", segments.restoring),
    one("pharos_telemetry_segments_damaged", "gauge", "Segments that are to be written anew.", segments.damaged),
  ];
}
