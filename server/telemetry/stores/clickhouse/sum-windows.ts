import { BUCKET_BITS, ENTRY_MAX } from "#core/telemetry/histogram.ts";
import { HISTOGRAMS, SUMMED } from "#server/telemetry/stores/tables.ts";

const BUCKETS = 2 ** BUCKET_BITS;

/** Histograms of rows added up: their buckets, and the count of each. */
export const sumHistogram = (column: string): string =>
  `sumMap(arrayMap(entry -> entry % ${BUCKETS}, ${column}), arrayMap(entry -> toUInt64(intDiv(entry, ${BUCKETS})), ${column}))`;

/** What `sumHistogram` answers as one column of entries: each bucket once, or as often as its count needs. */
const packed = (sums: string): string =>
  `arrayFlatten(arrayMap((bucket, n) -> arrayMap(part -> toUInt32(least(n - part * ${ENTRY_MAX}, ${ENTRY_MAX}) * ${BUCKETS} + bucket),
    range(intDiv(n + ${ENTRY_MAX - 1}, ${ENTRY_MAX}))), ${sums}.1, ${sums}.2))`;

/** Adds the windows of one table up to longer ones of another, one for each key; `where` says which. */
export function insertSums(from: string, to: string, stepMs: number, where: string, batch: number): string {
  const columns = ["batch", "start_ms", "key", ...SUMMED, ...HISTOGRAMS].join(", ");
  return `INSERT INTO ${to} (${columns})
    SELECT ${batch}, intDiv(start_ms, ${stepMs}) * ${stepMs} AS slot, key, ${SUMMED.map((name) => `sum(${name})`).join(", ")},
      ${HISTOGRAMS.map((name) => packed(sumHistogram(name))).join(", ")}
    FROM ${from} WHERE ${where} GROUP BY slot, key`;
}
