import { type Histogram, histogramJoiner, NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import type { ListColumn } from "#server/telemetry/stores/duckdb/column-arrays.ts";
import { FIGURES, type WindowColumns } from "#server/telemetry/stores/duckdb/window-columns.ts";
import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";

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
  readonly #wanted: readonly HistogramName[] | undefined;
  /** Start of a slot → key → place. */
  readonly #slots = new Map<number, Map<number, number>>();
  readonly #taken = new Map<HistogramName, Taken[]>();
  /** For each place as many as there are FIGURES. */
  #figures = new Float64Array(1024 * FIGURES.length);
  #size = 0;

  /** `wanted`: the histograms to add up, where not all that are given. */
  constructor(numbers: KeyNumbers, wanted?: readonly HistogramName[]) {
    this.#numbers = numbers;
    this.#wanted = wanted;
  }

  add(columns: WindowColumns): void {
    const places = this.#places(columns);
    const sums = this.#figures;
    for (const [offset, values] of columns.figures.entries())
      for (let row = 0; row < values.length; row += 1) {
        const at = (places[row] ?? 0) * FIGURES.length + offset;
        sums[at] = (sums[at] ?? 0) + (values[row] ?? 0);
      }
    for (const [name, lists] of columns.lists) {
      if (this.#wanted?.includes(name) === false) continue;
      const taken = this.#taken.get(name) ?? [];
      this.#taken.set(name, taken);
      taken.push({ places, lists });
    }
  }

  /** Of all that has no slot. */
  rows(): TrafficRow[] {
    return this.bySlot().get(0) ?? [];
  }

  /** The same as columns, to be added to others: each bucket once in a row's histogram. */
  columns(): WindowColumns {
    const ids = new Int32Array(this.#size);
    for (const [id, place] of this.#slots.get(0) ?? []) ids[place] = id;
    const figures = FIGURES.map((_, offset) =>
      Float64Array.from(ids, (_id, place) => this.#figures[place * FIGURES.length + offset] ?? 0),
    );
    const lists = new Map<HistogramName, ListColumn>();
    for (const name of this.#taken.keys()) {
      const histogramAt = this.#histograms(name);
      if (histogramAt !== undefined) lists.set(name, joinBuckets(ids.length, histogramAt));
    }
    return { ids, slots: undefined, figures, lists };
  }

  bySlot(): Map<number, TrafficRow[]> {
    const durations = this.#histograms("durations");
    const requestSizes = this.#histograms("requestSizes");
    const responseSizes = this.#histograms("responseSizes");
    const figures = this.#figures;
    const rowOf = (id: number, place: number): TrafficRow | undefined => {
      const key = this.#numbers.get(id);
      const names = this.#numbers.names(id);
      // Retention dropped the labels since the question was asked.
      if (key === undefined || names === undefined) return undefined;
      const at = place * FIGURES.length;
      const row: TrafficRow = {
        key,
        names,
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

  #places({ ids, slots }: WindowColumns): Uint32Array {
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

/** One list for each place, in which a bucket is there once, or as often as its count needs. */
function joinBuckets(size: number, histogramAt: (place: number) => Histogram): ListColumn {
  const offsets = new Uint32Array(size);
  const lengths = new Uint32Array(size);
  const all: number[] = [];
  const join = histogramJoiner();
  for (let place = 0; place < size; place += 1) {
    const joined = join(histogramAt(place));
    offsets[place] = all.length;
    lengths[place] = joined.length;
    for (let index = 0; index < joined.length; index += 1) all.push(joined[index] ?? 0);
  }
  return { offsets, lengths, entries: Uint32Array.from(all) };
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
