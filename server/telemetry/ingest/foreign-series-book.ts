import { METRIC_NAME, type SeriesLabels, textOfLabels } from "#core/promql/series-labels.ts";
import type { MetricSeries } from "#server/telemetry/ports/sample-row.ts";

/** How many of others' series are told apart: of one account, and in all. */
export interface SeriesBounds {
  readonly perAccount: number;
  readonly inSum: number;
}

/** A series and the newest of it that is stored. */
export interface BookedSeries {
  readonly series: MetricSeries;
  lastMs: number;
  lastValue: number | null;
}

const LABELS_MAX = 64;
const NAME_CHARS_MAX = 512;
const VALUE_CHARS_MAX = 4096;

/** Why a series cannot be one, in words; undefined for one that can. */
export function faultOf(labels: SeriesLabels): string | undefined {
  const metric = labels.get(METRIC_NAME);
  if (metric === undefined) return "a series without a name (label __name__)";
  const shown = JSON.stringify(metric.slice(0, 100));
  if (labels.size > LABELS_MAX) return `series ${shown} has ${labels.size} labels: ${LABELS_MAX} at most`;
  for (const [name, value] of labels) {
    if (name === "") return `series ${shown} has a label without a name`;
    if (name.length > NAME_CHARS_MAX) return `series ${shown} has a label whose name is longer than ${NAME_CHARS_MAX}`;
    if (value.length > VALUE_CHARS_MAX)
      return `label ${JSON.stringify(name)} of series ${shown} is longer than ${VALUE_CHARS_MAX}`;
    if (!name.isWellFormed() || !value.isWellFormed()) return `series ${shown} has a label that is no text`;
  }
  return undefined;
}

/** Others' series by their labels, so many of each account. */
export class ForeignSeriesBook {
  readonly #bounds: SeriesBounds;
  readonly #byText = new Map<string, BookedSeries>();
  readonly #accounts = new Map<string, number>();

  constructor(bounds: SeriesBounds) {
    this.#bounds = bounds;
  }

  /** What a store holds that was opened. */
  load(all: Iterable<MetricSeries>): void {
    for (const series of all) this.#add(textOfLabels(series.labels), series);
  }

  /** The series with these labels, which is there however many others have. */
  findOwn(account: string, labels: SeriesLabels): BookedSeries {
    const text = textOfLabels(labels);
    return this.#byText.get(text) ?? this.#add(text, { account, labels });
  }

  /** The series with these labels; undefined where the account has as many as it may. */
  find(account: string, labels: SeriesLabels): BookedSeries | undefined {
    const text = textOfLabels(labels);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const { perAccount, inSum } = this.#bounds;
    if (this.#byText.size >= inSum || (this.#accounts.get(account) ?? 0) >= perAccount) return undefined;
    return this.#add(text, { account, labels });
  }

  /** Forgets what has had no sample since. */
  dropIdle(beforeMs: number): void {
    for (const [text, { series, lastMs }] of this.#byText) {
      if (lastMs >= beforeMs) continue;
      this.#byText.delete(text);
      const left = (this.#accounts.get(series.account) ?? 0) - 1;
      if (left > 0) this.#accounts.set(series.account, left);
      else this.#accounts.delete(series.account);
    }
  }

  #add(text: string, series: MetricSeries): BookedSeries {
    const booked: BookedSeries = { series, lastMs: Number.NEGATIVE_INFINITY, lastValue: null };
    this.#byText.set(text, booked);
    this.#accounts.set(series.account, (this.#accounts.get(series.account) ?? 0) + 1);
    return booked;
  }
}
