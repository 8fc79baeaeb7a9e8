import type { DuckDBDataChunk, DuckDBListVector } from "@duckdb/node-api";
import { type Histogram, NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { KeyNumbers } from "#server/telemetry/stores/duckdb/key-numbers.ts";

const FIGURES = ["count", "request_bytes", "response_bytes", "duration_sum", "opened"] as const;
type HistogramName = "durations" | "request_sizes" | "response_sizes";

/** What is selected of windows to be summed here. */
export const SUM_COLUMNS = FIGURES.map((name) => `${name}::DOUBLE AS ${name}`).join(", ");

/** Where a row's lists are to go. */
interface Taken {
  readonly chunk: DuckDBDataChunk;
  readonly rows: readonly number[];
  readonly places: readonly number[];
}

/**
 * Windows added up, one row a key. Histograms are put one behind the other in one array for all rows: grouped by DuckDB they would be copied
 * twice as often, and thousands of small arrays would keep the collector busy.
 */
export class RowSums {
  readonly #names: readonly string[];
  readonly #numbers: KeyNumbers;
  readonly #placeOf = new Map<number, number>();
  readonly #ids: number[] = [];
  readonly #figures: number[] = [];
  readonly #taken: Taken[] = [];

  constructor(names: readonly string[], numbers: KeyNumbers) {
    this.#names = names;
    this.#numbers = numbers;
  }

  /** Takes rows of a chunk of what was asked: all of them, or those that are named. */
  add(chunk: DuckDBDataChunk, rows: readonly number[] = Array.from({ length: chunk.rowCount }, (_, row) => row)): void {
    const ids = chunk.getColumnVector(this.#names.indexOf("key"));
    const figures = FIGURES.map((name) => chunk.getColumnVector(this.#names.indexOf(name)));
    const places = rows.map((row) => this.#place(ids.getItem(row) as number));
    for (const [offset, vector] of figures.entries())
      for (const [index, row] of rows.entries()) {
        const at = (places[index] ?? 0) * FIGURES.length + offset;
        this.#figures[at] = (this.#figures[at] ?? 0) + (vector.getItem(row) as number);
      }
    this.#taken.push({ chunk, rows, places });
  }

  rows(): TrafficRow[] {
    const durations = this.#histograms("durations");
    const requestSizes = this.#histograms("request_sizes");
    const responseSizes = this.#histograms("response_sizes");
    return this.#ids.flatMap((id, place) => {
      const key = this.#numbers.get(id);
      const pair = this.#numbers.pair(id);
      // Retention dropped the labels since the question was asked.
      if (key === undefined || pair === undefined) return [];
      const at = place * FIGURES.length;
      const figure = (offset: number): number => this.#figures[at + offset] ?? 0;
      return {
        key,
        pair,
        count: figure(0),
        requestBytes: figure(1),
        responseBytes: figure(2),
        durationSumMs: figure(3),
        opened: figure(4),
        durations: durations?.(place) ?? NO_HISTOGRAM,
        ...(requestSizes === undefined ? {} : { requestSizes: requestSizes(place) }),
        ...(responseSizes === undefined ? {} : { responseSizes: responseSizes(place) }),
      };
    });
  }

  #place(id: number): number {
    const known = this.#placeOf.get(id);
    if (known !== undefined) return known;
    const place = this.#ids.push(id) - 1;
    this.#placeOf.set(id, place);
    for (let index = 0; index < FIGURES.length; index += 1) this.#figures.push(0);
    return place;
  }

  /** By place; undefined where they were not asked for. */
  #histograms(name: HistogramName): ((place: number) => Histogram) | undefined {
    const column = this.#names.indexOf(name);
    if (column < 0) return undefined;
    const lists = this.#taken.map(({ chunk }) => chunk.getColumnVector(column) as DuckDBListVector);
    const starts = new Uint32Array(this.#ids.length + 1);
    this.#each(lists, (place, list, row) => {
      starts[place + 1] = (starts[place + 1] ?? 0) + list.getEntryLength(row);
    });
    for (let place = 0; place < this.#ids.length; place += 1)
      starts[place + 1] = (starts[place + 1] ?? 0) + (starts[place] ?? 0);
    const entries = new Uint32Array(starts[this.#ids.length] ?? 0);
    const next = starts.slice();
    this.#each(lists, (place, list, row) => {
      const [from, length, child] = [list.getEntryOffset(row), list.getEntryLength(row), list.childVector];
      let at = next[place] ?? 0;
      for (let index = from; index < from + length; index += 1) {
        entries[at] = child.getItem(index) as number;
        at += 1;
      }
      next[place] = at;
    });
    return (place) => entries.subarray(starts[place], starts[place + 1]);
  }

  #each(lists: readonly DuckDBListVector[], take: (place: number, list: DuckDBListVector, row: number) => void): void {
    for (const [index, { rows, places }] of this.#taken.entries()) {
      const list = lists[index];
      if (list === undefined) continue;
      for (const [at, row] of rows.entries()) take(places[at] ?? 0, list, row);
    }
  }
}
