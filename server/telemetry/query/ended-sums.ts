import { addTo, type Figures, noFigures, type Sum } from "#server/telemetry/query/series-book.ts";

/**
 * What ended series had counted, by the labels under which it was shown together with what goes on: a sum of several series goes with the last of
 * them, and never down, which Prometheus would take for a restart and count everything again.
 */
export class EndedSums {
  readonly #max: number;
  readonly #sums = new Map<string, Sum>();

  /** `max`: sets of labels that are kept until they are shown. */
  constructor(max: number) {
    this.#max = max;
  }

  add(labels: string, figures: Figures): void {
    const known = this.#sums.get(labels);
    if (known !== undefined) addTo(known, figures);
    else if (this.#sums.size < this.#max) {
      const sum = noFigures();
      addTo(sum, figures);
      this.#sums.set(labels, sum);
    }
  }

  /** Adds itself to the sums of what goes on, by their labels; what has the labels of none of them is forgotten. */
  complete(sums: ReadonlyMap<string, Sum>): void {
    for (const [labels, ended] of this.#sums) {
      const sum = sums.get(labels);
      if (sum === undefined) this.#sums.delete(labels);
      else addTo(sum, ended);
    }
  }
}
