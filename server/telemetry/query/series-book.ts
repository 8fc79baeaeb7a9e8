import { answersMaxFor, isAnswerClass, withAnswerClass, withoutAnswer } from "#core/telemetry/answer-class.ts";
import { LE_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { addToLe } from "#core/telemetry/histogram.ts";
import { ownerOf } from "#core/telemetry/traffic-key.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { restOfAccount, restOfAll } from "#server/telemetry/query/fold-series.ts";
import { SeriesShares, type ShareLimits } from "#server/telemetry/query/series-shares.ts";
import { seriesOf } from "#server/telemetry/query/standard-labels.ts";

/** Sums; histograms by Istio's buckets. */
export interface Figures {
  readonly count: number;
  readonly opened: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  readonly durations: ArrayLike<number>;
  readonly requestSizes: ArrayLike<number>;
  readonly responseSizes: ArrayLike<number>;
}

/** What was counted of one set of labels. */
export interface Counter extends Figures {
  readonly key: TrafficKey;
}

interface Series extends Sum {
  readonly key: TrafficKey;
  /** As `seriesOf` writes its key. */
  readonly name: string;
  readonly account: string;
  readonly givesWay: boolean;
  /** The label book's objects that are counted here. */
  readonly keys: Set<TrafficKey>;
  /** When it was last added to. */
  atMs: number;
}

export interface SeriesLimits extends ShareLimits {
  /** Series that gave way, and are shown until they are idle for long enough to end. */
  readonly resting: number;
}

export interface SeriesBookOptions {
  readonly now: () => number;
  readonly limits: SeriesLimits;
  /** Told of the account whose window found no room for labels of its own, or whose series gave way. */
  readonly onFolded: (account: string) => void;
  /** Told of what is shown no more. */
  readonly onEnded?: (counter: Counter) => void;
}

/**
 * Counters by their labels, a share of them for each account that reports. What finds no room is counted by the class of its
 * answer, then in its account's bucket for the rest: every window adds to one series. A series that gives way rests where it is,
 * and goes with its counts when too many rest: were they moved, Prometheus would see requests a second time.
 */
export class SeriesBook {
  readonly #options: SeriesBookOptions;
  /** Several keys of the store may share their labels: what Istio has no label for is summed. */
  readonly #byName = new Map<string, Series>();
  /** By the objects that the label book has. */
  readonly #byKey = new Map<TrafficKey, Series>();
  readonly #shares: SeriesShares<Series>;
  /** Where what found no room is counted, until a place is free or a series ended. */
  readonly #folded = new Map<TrafficKey, Series>();
  /** Without a place; the one that has rested longest is the first. */
  readonly #resting = new Set<Series>();
  /** Series with a place, by what they share beside their answers. */
  readonly #answers = new Map<string, number>();

  constructor(options: SeriesBookOptions) {
    this.#options = options;
    this.#shares = new SeriesShares(options.limits);
  }

  get size(): number {
    return this.#byName.size;
  }

  values(): IterableIterator<Counter> {
    return this.#byName.values();
  }

  add(window: TrafficWindow): void {
    const series = this.#byKey.get(window.key) ?? this.#seriesFor(window.key);
    addWindow(series, window);
    series.atMs = this.#options.now();
    if (this.#resting.size > this.#options.limits.resting) this.#endOldest();
  }

  #endOldest(): void {
    for (const oldest of this.#resting) {
      if (this.#resting.size <= this.#options.limits.resting) return;
      this.#end(oldest);
    }
  }

  /** Forgets keys that retention took away; a series goes with the last of its keys. */
  drop(keys: Iterable<TrafficKey>): void {
    for (const key of keys) {
      this.#folded.delete(key);
      const series = this.#byKey.get(key);
      if (series === undefined) continue;
      this.#byKey.delete(key);
      series.keys.delete(key);
      if (series.keys.size === 0) this.#end(series);
    }
  }

  /** Forgets what was not added to since. */
  dropIdle(beforeMs: number): void {
    for (const series of this.#byName.values()) if (series.atMs < beforeMs) this.#end(series);
  }

  #seriesFor(key: TrafficKey): Series {
    // Most of what is folded was folded before.
    const own = this.#folded.has(key) ? undefined : this.#named(key, answersMaxFor(key));
    if (own !== undefined) {
      own.keys.add(key);
      this.#byKey.set(key, own);
      return own;
    }
    this.#options.onFolded(ownerOf(key));
    const known = this.#folded.get(key);
    if (known !== undefined) return known;
    const ofClass = isAnswerClass(key) ? undefined : this.#named(withAnswerClass(key), Number.POSITIVE_INFINITY);
    const series = ofClass ?? this.#rest(key);
    this.#folded.set(key, series);
    return series;
  }

  /** The series with these labels, if its account has room for it. */
  #named(key: TrafficKey, answersMax: number): Series | undefined {
    const name = seriesOf(key);
    const known = this.#byName.get(name);
    if (known !== undefined && !this.#resting.has(known)) return known;
    const account = ownerOf(key);
    if (this.#shares.isRefused(account)) return undefined;
    if ((this.#answers.get(seriesOf(withoutAnswer(key))) ?? 0) >= answersMax) return undefined;
    return this.#place(known ?? this.#open(key, name, account, true));
  }

  #rest(of: TrafficKey): Series {
    const key = restOfAccount(of);
    const name = seriesOf(key);
    const known = this.#byName.get(name);
    const account = ownerOf(of);
    const placed = known === undefined ? this.#place(this.#open(key, name, account, false)) : known;
    return placed ?? this.#restOfAll(of);
  }

  /** Without a place: there are no more of them than sides, protocols and classes of codes. */
  #restOfAll(of: TrafficKey): Series {
    const key = restOfAll(of);
    const name = seriesOf(key);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const series = this.#open(key, name, "", false);
    this.#byName.set(name, series);
    return series;
  }

  #place(series: Series): Series | undefined {
    const isPlaced = this.#shares.take(series.account, series, (least, account) => {
      this.#unplace(least);
      this.#resting.add(least);
      this.#options.onFolded(account);
    });
    if (!isPlaced) return undefined;
    this.#resting.delete(series);
    this.#byName.set(series.name, series);
    this.#count(series, 1);
    return series;
  }

  #end(series: Series): void {
    this.#folded.clear();
    if (this.#byName.delete(series.name)) this.#options.onEnded?.(series);
    if (this.#shares.leave(series.account, series)) this.#unplace(series);
    else this.#resting.delete(series);
  }

  #unplace(series: Series): void {
    this.#folded.clear();
    for (const key of series.keys) this.#byKey.delete(key);
    series.keys.clear();
    this.#count(series, -1);
  }

  #open(key: TrafficKey, name: string, account: string, givesWay: boolean): Series {
    return {
      key,
      name,
      account,
      givesWay,
      keys: new Set(),
      atMs: this.#options.now(),
      ...noFigures(),
    };
  }

  #count({ key }: Series, by: 1 | -1): void {
    const name = seriesOf(withoutAnswer(key));
    const answers = (this.#answers.get(name) ?? 0) + by;
    if (answers > 0) this.#answers.set(name, answers);
    else this.#answers.delete(name);
  }
}

const SUMS = ["count", "opened", "requestBytes", "responseBytes", "durationSumMs"] as const;
const HISTOGRAMS = ["durations", "requestSizes", "responseSizes"] as const;

/** Figures that are added to. */
export type Sum = Record<(typeof SUMS)[number], number> & {
  readonly [Name in (typeof HISTOGRAMS)[number]]: Float64Array;
};

export function noFigures(): Sum {
  return {
    count: 0,
    opened: 0,
    requestBytes: 0,
    responseBytes: 0,
    durationSumMs: 0,
    durations: new Float64Array(LE_COUNT),
    requestSizes: new Float64Array(LE_COUNT),
    responseSizes: new Float64Array(LE_COUNT),
  };
}

export function addTo(sum: Sum, more: Figures): void {
  for (const name of SUMS) sum[name] += more[name];
  for (const name of HISTOGRAMS)
    for (let le = 0; le < LE_COUNT; le += 1) sum[name][le] = (sum[name][le] ?? 0) + (more[name][le] ?? 0);
}

/** By name each: it is done for every window, and V8 looks up slowly what it does not know the name of. */
function addWindow(sum: Sum, window: TrafficWindow): void {
  sum.count += window.count;
  sum.opened += window.opened;
  sum.requestBytes += window.requestBytes;
  sum.responseBytes += window.responseBytes;
  sum.durationSumMs += window.durationSumMs;
  addToLe(sum.durations, window.durations);
  addToLe(sum.requestSizes, window.requestSizes);
  addToLe(sum.responseSizes, window.responseSizes);
}
