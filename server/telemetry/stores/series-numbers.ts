import { textOfLabels } from "#core/promql/series-labels.ts";
import type { MetricSeries } from "#server/telemetry/ports/sample-row.ts";

export interface NumberedSeries {
  readonly id: number;
  readonly series: MetricSeries;
}

/** Numbers for one transaction. */
export interface SeriesNumbering {
  number(series: MetricSeries): number;
  readonly added: readonly NumberedSeries[];
  /** Makes the numbers stand, once committed. */
  keep(): void;
}

/** Others' series, stored once and known by number. */
export class SeriesNumbers {
  readonly #byText = new Map<string, NumberedSeries>();
  readonly #byObject = new Map<MetricSeries, number>();
  #next = 1;

  load(all: readonly NumberedSeries[]): void {
    for (const each of all) this.#set(each);
  }

  series(): IterableIterator<MetricSeries> {
    return this.#byObject.keys();
  }

  idOf(series: MetricSeries): number | undefined {
    return this.#byObject.get(series);
  }

  begin(): SeriesNumbering {
    const fresh = new Map<string, NumberedSeries>();
    const added: NumberedSeries[] = [];
    return {
      added,
      number: (series) => {
        const known = this.#byObject.get(series);
        if (known !== undefined) return known;
        const text = textOfLabels(series.labels);
        const same = this.#byText.get(text) ?? fresh.get(text);
        if (same !== undefined) return same.id;
        const given = { id: this.#next + added.length, series };
        fresh.set(text, given);
        added.push(given);
        return given.id;
      },
      keep: () => {
        for (const each of added) this.#set(each);
      },
    };
  }

  /** Those that have no samples any more. */
  drop(ids: ReadonlySet<number>): void {
    for (const [series, id] of this.#byObject) {
      if (!ids.has(id)) continue;
      this.#byObject.delete(series);
      this.#byText.delete(textOfLabels(series.labels));
    }
  }

  #set(numbered: NumberedSeries): void {
    this.#byText.set(textOfLabels(numbered.series.labels), numbered);
    this.#byObject.set(numbered.series, numbered.id);
    this.#next = Math.max(this.#next, numbered.id + 1);
  }
}
