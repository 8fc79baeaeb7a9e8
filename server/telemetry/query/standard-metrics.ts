import { DURATION_BUCKETS_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { renderHead, renderSample } from "#node/prometheus-text.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { type Counter, SeriesBook, type SeriesLimits } from "#server/telemetry/query/series-book.ts";
import { labelsOf } from "#server/telemetry/query/standard-labels.ts";

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

  constructor({ now, limits = LIMITS, onFolded = () => undefined }: StandardMetricsOptions) {
    this.#now = now;
    this.#series = new SeriesBook({ now, limits, onFolded });
  }

  add(window: TrafficWindow): void {
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
    yield* this.#family("istio_requests_total", "counter", "Requests that ended.", false, ({ count }) => count);
    yield* this.#family(
      "istio_request_duration_milliseconds",
      "histogram",
      "How long requests took.",
      false,
      ({ durationSumMs }) => durationSumMs,
      true,
    );
    yield* this.#family(
      "istio_request_bytes",
      "histogram",
      "Sizes of requests' bodies.",
      false,
      ({ requestBytes }) => requestBytes,
    );
    yield* this.#family(
      "istio_response_bytes",
      "histogram",
      "Sizes of responses' bodies.",
      false,
      ({ responseBytes }) => responseBytes,
    );
    yield* this.#family(
      "istio_tcp_connections_closed_total",
      "counter",
      "TCP connections that ended.",
      true,
      ({ count }) => count,
    );
    yield* this.#family(
      "istio_tcp_received_bytes_total",
      "counter",
      "Bytes that came from callers.",
      true,
      ({ requestBytes }) => requestBytes,
    );
    yield* this.#family(
      "istio_tcp_sent_bytes_total",
      "counter",
      "Bytes that went to callers.",
      true,
      ({ responseBytes }) => responseBytes,
    );
  }

  *#family(
    name: string,
    type: "counter" | "histogram",
    help: string,
    isTcp: boolean,
    figureOf: (counter: Counter) => number,
    hasBuckets = false,
  ): Generator<string, void, undefined> {
    let isFirst = true;
    for (const counter of this.#series.values()) {
      if ((counter.key.protocol === "tcp") !== isTcp) continue;
      if (isFirst) yield renderHead(name, type, help);
      isFirst = false;
      const labels = labelsOf(counter.key);
      if (type === "counter") yield renderSample(name, labels, figureOf(counter));
      else yield histogramText(name, labels, counter, figureOf(counter), hasBuckets);
    }
  }
}

/** Sizes are known as sums only: one bucket holds them all. */
function histogramText(name: string, labels: string, counter: Counter, sum: number, hasBuckets: boolean): string {
  const { buckets, count } = counter;
  let text = "";
  if (hasBuckets) {
    let below = 0;
    for (const [index, bound] of DURATION_BUCKETS_MS.entries()) {
      below += buckets[index] ?? 0;
      text += renderSample(`${name}_bucket`, `${labels},le="${bound}"`, below);
    }
  }
  text += renderSample(`${name}_bucket`, `${labels},le="+Inf"`, count);
  return text + renderSample(`${name}_sum`, labels, sum) + renderSample(`${name}_count`, labels, count);
}
