import type { DuckDBDataChunk } from "@duckdb/node-api";
import { type Histogram, NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import { doublesOf, integersOf, type ListColumn, listsOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";
import type { KeyNumbers } from "#server/telemetry/stores/duckdb/key-numbers.ts";

const FIGURES = ["count", "request_bytes", "response_bytes", "duration_sum", "opened"] as const;
/** What windows' histograms are called in their tables. */
export const COLUMN_OF = {
  durations: "durations",
  requestSizes: "request_sizes",
  responseSizes: "response_sizes",
} as const satisfies Record<HistogramName, string>;
const LISTS = Object.entries(COLUMN_OF) as readonly (readonly [HistogramName, string])[];

/** What is selected of windows to be summed here. */
export const SUM_COLUMNS = FIGURES.map((name) => `${name}::DOUBLE AS ${name}`).join(", ");

/** Where the lists of a chunk's rows are to go. */
interface Taken {
  readonly places: Uint32Array;
  readonly lists: ListColumn;
}

/**
 * Windows added up, one row a key, for each slot where there is a column `slot`. Histograms are put one behind the other in one array for all
 * rows: grouped by DuckDB they would be copied twice as often, and thousands of small arrays would keep the collector busy.
 */
export class RowSums {
  readonly #numbers: KeyNumbers;
  /** Start of a slot → key → place. */
  readonly #slots = new Map<number, Map<number, number>>();
  readonly #taken = new Map<HistogramName, Taken[]>();
  /** For each place as many as there are FIGURES. */
  #figures = new Float64Array(1024 * FIGURES.length);
  #size = 0;

  constructor(numbers: KeyNumbers) {
    this.#numbers = numbers;
  }

  add(chunk: DuckDBDataChunk, names: readonly string[]): void {
    const places = this.#places(chunk, names);
    for (const [offset, name] of FIGURES.entries()) {
      const values = doublesOf(chunk, names.indexOf(name));
      const figures = this.#figures;
      for (let row = 0; row < values.length; row += 1) {
        const at = (places[row] ?? 0) * FIGURES.length + offset;
        figures[at] = (figures[at] ?? 0) + (values[row] ?? 0);
      }
    }
    for (const [name, columnName] of LISTS) {
      const column = names.indexOf(columnName);
      if (column < 0) continue;
      const taken = this.#taken.get(name) ?? [];
      this.#taken.set(name, taken);
      taken.push({ places, lists: listsOf(chunk, column) });
    }
  }

  /** Of all that has no slot. */
  rows(): TrafficRow[] {
    return this.bySlot().get(0) ?? [];
  }

  bySlot(): Map<number, TrafficRow[]> {
    const durations = this.#histograms("durations");
    const requestSizes = this.#histograms("requestSizes");
    const responseSizes = this.#histograms("responseSizes");
    const figures = this.#figures;
    const rowOf = (id: number, place: number): TrafficRow | undefined => {
      const key = this.#numbers.get(id);
      const pair = this.#numbers.pair(id);
      // Retention dropped the labels since the question was asked.
      if (key === undefined || pair === undefined) return undefined;
      const at = place * FIGURES.length;
      const row: TrafficRow = {
        key,
        pair,
        count: figures[at] ?? 0,
        requestBytes: figures[at + 1] ?? 0,
        responseBytes: figures[at + 2] ?? 0,
        durationSumMs: figures[at + 3] ?? 0,
        opened: figures[at + 4] ?? 0,
        durations: durations?.(place) ?? NO_HISTOGRAM,
      };
      if (requestSizes === undefined && responseSizes === undefined) return row;
      return {
        ...row,
        ...(requestSizes === undefined ? {} : { requestSizes: requestSizes(place) }),
        ...(responseSizes === undefined ? {} : { responseSizes: responseSizes(place) }),
      };
    };
    const slots = new Map<number, TrafficRow[]>();
    for (const [slot, placeOf] of this.#slots) {
      const rows: TrafficRow[] = [];
      for (const [id, place] of placeOf) {
        const row = rowOf(id, place);
        if (row !== undefined) rows.push(row);
      }
      slots.set(slot, rows);
    }
    return slots;
  }

  #places(chunk: DuckDBDataChunk, names: readonly string[]): Uint32Array {
    const ids = integersOf(chunk, names.indexOf("key"));
    const column = names.indexOf("slot");
    const slots = column < 0 ? undefined : doublesOf(chunk, column);
    const places = new Uint32Array(ids.length);
    let slot = slots?.[0] ?? 0;
    let placeOf = this.#slot(slot);
    for (let row = 0; row < ids.length; row += 1) {
      const own = slots?.[row] ?? 0;
      if (own !== slot) {
        slot = own;
        placeOf = this.#slot(own);
      }
      const id = ids[row] ?? 0;
      let place = placeOf.get(id);
      if (place === undefined) {
        place = this.#size;
        this.#size += 1;
        placeOf.set(id, place);
      }
      places[row] = place;
    }
    this.#grow();
    return places;
  }

  #slot(start: number): Map<number, number> {
    let placeOf = this.#slots.get(start);
    if (placeOf === undefined) {
      placeOf = new Map();
      this.#slots.set(start, placeOf);
    }
    return placeOf;
  }

  #grow(): void {
    const needed = this.#size * FIGURES.length;
    if (needed <= this.#figures.length) return;
    const grown = new Float64Array(Math.max(needed, this.#figures.length * 2));
    grown.set(this.#figures);
    this.#figures = grown;
  }

  /** By place; undefined where they were not asked for. */
  #histograms(name: HistogramName): ((place: number) => Histogram) | undefined {
    const taken = this.#taken.get(name);
    if (taken === undefined) return undefined;
    const starts = new Uint32Array(this.#size + 1);
    for (const { places, lists } of taken)
      for (let row = 0; row < places.length; row += 1) {
        const next = (places[row] ?? 0) + 1;
        starts[next] = (starts[next] ?? 0) + (lists.lengths[row] ?? 0);
      }
    for (let place = 0; place < this.#size; place += 1)
      starts[place + 1] = (starts[place + 1] ?? 0) + (starts[place] ?? 0);
    const entries = new Uint32Array(starts[this.#size] ?? 0);
    const next = starts.slice();
    for (const { places, lists } of taken) putBehind(entries, next, places, lists);
    return (place) => entries.subarray(starts[place], starts[place + 1]);
  }
}

/** Each row's entries to where those of its place end by now. */
function putBehind(
  to: Uint32Array,
  next: Uint32Array,
  places: Uint32Array,
  { offsets, lengths, entries }: ListColumn,
): void {
  for (let row = 0; row < places.length; row += 1) {
    const place = places[row] ?? 0;
    const from = offsets[row] ?? 0;
    const end = from + (lengths[row] ?? 0);
    let at = next[place] ?? 0;
    for (let index = from; index < end; index += 1) {
      to[at] = entries[index] ?? 0;
      at += 1;
    }
    next[place] = at;
  }
}
