import { BUCKET_COUNT, DURATION_BUCKETS_MS } from "#core/telemetry/buckets.ts";
import { classOfCode, type TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY, ownerOf } from "#core/telemetry/traffic-key.ts";
import { renderHead, renderSample } from "#node/prometheus-text.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { labelsOf, seriesOf } from "#server/telemetry/query/standard-labels.ts";

interface Counter {
  readonly key: TrafficKey;
  /** When it was last added to. */
  atMs: number;
  count: number;
  requestBytes: number;
  responseBytes: number;
  durationSumMs: number;
  readonly buckets: Float64Array;
}

export interface StandardMetricsOptions {
  readonly now: () => number;
  /** Sets of labels that are told apart; a scraper gets about 25 KB of each. */
  readonly seriesMax?: number;
  /** Told of whose windows found no room for labels of their own. */
  readonly onFolded?: (owner: string) => void;
}

const SERIES_MAX = 10_000;
/** Series of what nobody does any more end, as Istio's proxies' do. One that comes again begins at 0, as after a restart. */
const IDLE_MS = 3_600_000;
const CHUNK_CHARS = 64 * 1024;

/** Istio's standard metrics from what was stored since the start: counters that only grow. Bounded, whatever is counted. */
export class StandardMetrics {
  readonly #now: () => number;
  readonly #seriesMax: number;
  /** Several keys of the store may share their labels: what Istio has no label for is summed. */
  readonly #bySeries = new Map<string, Counter>();
  /** By the objects that the label book has. */
  readonly #byKey = new Map<TrafficKey, Counter>();
  readonly #onFolded: (owner: string) => void;

  constructor({ now, seriesMax = SERIES_MAX, onFolded = () => undefined }: StandardMetricsOptions) {
    this.#now = now;
    this.#seriesMax = seriesMax;
    this.#onFolded = onFolded;
  }

  get size(): number {
    return this.#bySeries.size;
  }

  add(window: TrafficWindow): void {
    const counter = this.#byKey.get(window.key) ?? this.#open(window.key);
    counter.atMs = this.#now();
    counter.count += window.count;
    counter.requestBytes += window.requestBytes;
    counter.responseBytes += window.responseBytes;
    counter.durationSumMs += window.durationSumMs;
    for (let index = 0; index < BUCKET_COUNT; index += 1)
      counter.buckets[index] = (counter.buckets[index] ?? 0) + (window.buckets[index] ?? 0);
  }

  /** Forgets keys that retention took away; a series goes with the last of its keys. */
  drop(keys: Iterable<TrafficKey>): void {
    for (const key of keys) this.#byKey.delete(key);
    const left = new Set(this.#byKey.values());
    for (const [series, counter] of this.#bySeries) if (!left.has(counter)) this.#bySeries.delete(series);
  }

  /** Forgets what was not counted for an hour. */
  dropIdle(): void {
    const before = this.#now() - IDLE_MS;
    this.drop([...this.#byKey].flatMap(([key, { atMs }]) => (atMs < before ? [key] : [])));
  }

  #open(key: TrafficKey): Counter {
    const series = seriesOf(key);
    let counter = this.#bySeries.get(series);
    if (counter === undefined) {
      if (this.#bySeries.size >= this.#seriesMax) return this.#overflow(key);
      counter = openCounter(key);
      this.#bySeries.set(series, counter);
    }
    this.#byKey.set(key, counter);
    return counter;
  }

  /** One series for all that finds no room, of its reporter's side, protocol and code. */
  #overflow(of: TrafficKey): Counter {
    this.#onFolded(ownerOf(of));
    const { reporter, protocol, responseCode } = of;
    const key = { ...NOBODY, reporter, protocol, responseCode: classOfCode(responseCode) };
    const series = `more ${seriesOf(key)}`;
    const known = this.#bySeries.get(series);
    if (known !== undefined) return known;
    const counter = openCounter(key);
    this.#bySeries.set(series, counter);
    this.#byKey.set(key, counter);
    return counter;
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
    for (const counter of this.#bySeries.values()) {
      if ((counter.key.protocol === "tcp") !== isTcp) continue;
      if (isFirst) yield renderHead(name, type, help);
      isFirst = false;
      const labels = labelsOf(counter.key);
      if (type === "counter") yield renderSample(name, labels, figureOf(counter));
      else yield histogramText(name, labels, counter, figureOf(counter), hasBuckets);
    }
  }
}

function openCounter(key: TrafficKey): Counter {
  return {
    key,
    atMs: 0,
    count: 0,
    requestBytes: 0,
    responseBytes: 0,
    durationSumMs: 0,
    buckets: new Float64Array(BUCKET_COUNT),
  };
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
