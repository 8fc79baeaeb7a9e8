import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { HistogramName } from "#core/telemetry/traffic.ts";
import { doublesOf, integersOf, type ListColumn, listsOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";

export const FIGURES = ["count", "request_bytes", "response_bytes", "duration_sum", "opened"] as const;
/** What windows' histograms are called in their tables. */
const COLUMN_OF = {
  durations: "durations",
  requestSizes: "request_sizes",
  responseSizes: "response_sizes",
} as const satisfies Record<HistogramName, string>;
const LISTS = Object.entries(COLUMN_OF) as readonly (readonly [HistogramName, string])[];

/** What is selected of windows to be read here. */
export function selectColumns(histograms: readonly HistogramName[]): string {
  return [
    "key",
    ...FIGURES.map((name) => `${name}::DOUBLE AS ${name}`),
    ...histograms.map((name) => COLUMN_OF[name]),
  ].join(", ");
}

/** Some rows of windows, a column an array. */
export interface WindowColumns {
  readonly ids: Int32Array;
  /** Starts of slots, where they were asked for. */
  readonly slots: Float64Array | undefined;
  /** As FIGURES are. */
  readonly figures: readonly Float64Array[];
  readonly lists: ReadonlyMap<HistogramName, ListColumn>;
}

export function columnsOf(chunk: DuckDBDataChunk, names: readonly string[]): WindowColumns {
  const slot = names.indexOf("slot");
  const lists = LISTS.flatMap(([name, columnName]) => {
    const column = names.indexOf(columnName);
    return column < 0 ? [] : [[name, listsOf(chunk, column)] as const];
  });
  return {
    ids: integersOf(chunk, names.indexOf("key")),
    slots: slot < 0 ? undefined : doublesOf(chunk, slot),
    figures: FIGURES.map((name) => doublesOf(chunk, names.indexOf(name))),
    lists: new Map(lists),
  };
}

/** What they take in memory. */
export function bytesOf({ ids, slots, figures, lists }: WindowColumns): number {
  let bytes = ids.byteLength + (slots?.byteLength ?? 0);
  for (const figure of figures) bytes += figure.byteLength;
  for (const { offsets, lengths, entries } of lists.values())
    bytes += offsets.byteLength + lengths.byteLength + entries.byteLength;
  return bytes;
}
