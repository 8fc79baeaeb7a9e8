import { METRIC_FAMILIES, type MetricName, type SideRules } from "#core/resolve/exported-metrics.ts";
import { LE_BOUNDS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { renderHead, renderLabels, renderSample } from "#node/prometheus-text.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { EndedSums } from "#server/telemetry/query/ended-sums.ts";
import { retag } from "#server/telemetry/query/metric-export.ts";
import {
  addTo,
  type Counter,
  type Figures,
  noFigures,
  SeriesBook,
  type SeriesLimits,
  type Sum,
} from "#server/telemetry/query/series-book.ts";
import { labelRecord, labelsOf } from "#server/telemetry/query/standard-labels.ts";

export interface StandardMetricsOptions {
  readonly now: () => number;
  /** Sets of labels that are told apart; a scraper gets about 25 KB of each. */
  readonly limits?: SeriesLimits;
  /** Told of the account whose windows found no room for labels of their own. */
  readonly onFolded?: (account: string) => void;
}

/** 10,000 on the page. */
const LIMITS: SeriesLimits = { perAccount: 1000, inSum: 8000, resting: 2000 };
/** Series of what nobody does any more end, as Istio's proxies' do. One that comes again begins at 0, as after a restart. */
const IDLE_MS = 3_600_000;
const CHUNK_CHARS = 64 * 1024;

/** Istio's standard metrics from what was stored since the start: counters that only grow. Bounded, whatever is counted. */
export class StandardMetrics {
  readonly #now: () => number;
  readonly #series: SeriesBook;
  readonly #families: readonly ShownFamily[];
  #rulesFor: (key: TrafficKey) => SideRules | undefined = () => undefined;
  /** Whether proxies ever wrote something for labels: from then on several series may have the same ones in a metric that has none of these. */
  #isTagged = false;

  constructor({ now, limits = LIMITS, onFolded = () => undefined }: StandardMetricsOptions) {
    this.#now = now;
    this.#series = new SeriesBook({ now, limits, onFolded, onEnded: (counter) => this.#end(counter) });
    this.#families = FAMILIES.map((family) => ({ ...family, ended: new EndedSums(limits.inSum) }));
  }

  /** What is shown is otherwise than it is counted from now on; what is counted is not. */
  exportBy(rulesFor: (key: TrafficKey) => SideRules | undefined): void {
    this.#rulesFor = rulesFor;
  }

  add(window: TrafficWindow): void {
    if (window.key.tags !== "") this.#isTagged = true;
    this.#series.add(window);
  }

  /** Forgets keys that retention took away; a series goes with the last of its keys. */
  drop(keys: Iterable<TrafficKey>): void {
    this.#series.drop(keys);
  }

  /** Forgets what was not counted for an hour. */
  dropIdle(): void {
    this.#series.dropIdle(this.#now() - IDLE_MS);
  }

  /** Prometheus text exposition format 0.0.4, in pieces: what changes between two of them is in the later ones. */
  *text(): Generator<string, void, undefined> {
    let chunk = "";
    for (const line of this.#lines()) {
      chunk += line;
      if (chunk.length < CHUNK_CHARS) continue;
      yield chunk;
      chunk = "";
    }
    if (chunk !== "") yield chunk;
  }

  *#lines(): Generator<string, void, undefined> {
    for (const family of this.#families) yield* this.#family(family);
  }

  /** Labels of a key's series of a metric, as the configuration has them; undefined where it is not shown. */
  labelsFor(metric: MetricName, key: TrafficKey): Readonly<Record<string, string>> | undefined {
    const rules = this.#rulesFor(key);
    const rule = rules === undefined || rules === "none" ? rules : rules.get(metric);
    if (rule === "none" || rule?.isDisabled === true) return undefined;
    const labels = labelRecord(key);
    return rule === undefined || rule.tags.size === 0 ? labels : retag(labels, rule.tags, key);
  }

  /** The labels that a Telemetry gives a series, which others may come to have too; undefined: its own. "none": it is not shown. */
  #relabel(metric: MetricName, key: TrafficKey): { readonly labels: string } | "none" | undefined {
    const rules = this.#rulesFor(key);
    const rule = rules === undefined || rules === "none" ? rules : rules.get(metric);
    if (rule === "none" || rule?.isDisabled === true) return "none";
    if (rule === undefined || rule.tags.size === 0) return this.#isTagged ? { labels: labelsOf(key) } : undefined;
    return { labels: renderLabels(retag(labelRecord(key), rule.tags, key)) };
  }

  #end(counter: Counter): void {
    for (const { metric, isTcp, ended } of this.#families) {
      if (isTcp !== isOfTcp(counter)) continue;
      const changed = this.#relabel(metric, counter.key);
      if (typeof changed === "object") ended.add(changed.labels, counter);
    }
  }

  *#family(family: ShownFamily): Generator<string, void, undefined> {
    const { metric, type, help, isTcp, ended } = family;
    const name = METRIC_FAMILIES[metric];
    let isFirst = true;
    const head = (): string => {
      const text = isFirst ? renderHead(name, type, help) : "";
      isFirst = false;
      return text;
    };
    const asCounted: Counter[] = [];
    const sums = new Map<string, Sum>();
    // At one go: what ends while a piece is sent is in one of both.
    for (const counter of this.#series.values()) {
      if (isTcp !== isOfTcp(counter)) continue;
      const changed = this.#relabel(metric, counter.key);
      if (changed === "none") continue;
      if (changed === undefined) asCounted.push(counter);
      else {
        const known = sums.get(changed.labels) ?? noFigures();
        sums.set(changed.labels, known);
        addTo(known, counter);
      }
    }
    ended.complete(sums);
    for (const counter of asCounted) yield head() + familyText(family, labelsOf(counter.key), counter);
    for (const [labels, figures] of sums) yield head() + familyText(family, labels, figures);
  }
}

const isOfTcp = ({ key }: Counter): boolean => key.protocol === "tcp";

interface Family {
  readonly metric: MetricName;
  readonly type: "counter" | "histogram";
  readonly help: string;
  readonly isTcp: boolean;
  readonly figure: "count" | "opened" | "durationSumMs" | "requestBytes" | "responseBytes";
  readonly histogram?: "durations" | "requestSizes" | "responseSizes";
}

/** With what its sums had of series that ended. */
interface ShownFamily extends Family {
  readonly ended: EndedSums;
}

const FAMILIES: readonly Family[] = [
  { metric: "REQUEST_COUNT", type: "counter", help: "Requests that ended.", isTcp: false, figure: "count" },
  {
    metric: "REQUEST_DURATION",
    type: "histogram",
    help: "How long requests took.",
    isTcp: false,
    figure: "durationSumMs",
    histogram: "durations",
  },
  {
    metric: "REQUEST_SIZE",
    type: "histogram",
    help: "Sizes of requests' bodies.",
    isTcp: false,
    figure: "requestBytes",
    histogram: "requestSizes",
  },
  {
    metric: "RESPONSE_SIZE",
    type: "histogram",
    help: "Sizes of responses' bodies.",
    isTcp: false,
    figure: "responseBytes",
    histogram: "responseSizes",
  },
  {
    metric: "TCP_OPENED_CONNECTIONS",
    type: "counter",
    help: "TCP connections that began.",
    isTcp: true,
    figure: "opened",
  },
  {
    metric: "TCP_CLOSED_CONNECTIONS",
    type: "counter",
    help: "TCP connections that ended.",
    isTcp: true,
    figure: "count",
  },
  {
    metric: "TCP_RECEIVED_BYTES",
    type: "counter",
    help: "Bytes that came from callers.",
    isTcp: true,
    figure: "requestBytes",
  },
  {
    metric: "TCP_SENT_BYTES",
    type: "counter",
    help: "Bytes that went to callers.",
    isTcp: true,
    figure: "responseBytes",
  },
];

function familyText({ metric, figure, histogram }: Family, labels: string, figures: Figures): string {
  const name = METRIC_FAMILIES[metric];
  return histogram === undefined
    ? renderSample(name, labels, figures[figure])
    : histogramText(name, labels, { buckets: figures[histogram], sum: figures[figure], count: figures.count });
}

function histogramText(
  name: string,
  labels: string,
  { buckets, sum, count }: { readonly buckets: ArrayLike<number>; readonly sum: number; readonly count: number },
): string {
  let text = "";
  let below = 0;
  for (const [index, bound] of LE_BOUNDS.entries()) {
    below += buckets[index] ?? 0;
    text += renderSample(`${name}_bucket`, `${labels},le="${bound}"`, below);
  }
  text += renderSample(`${name}_bucket`, `${labels},le="+Inf"`, count);
  return text + renderSample(`${name}_sum`, labels, sum) + renderSample(`${name}_count`, labels, count);
}
