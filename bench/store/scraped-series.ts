import { METRIC_FAMILIES } from "#core/resolve/exported-metrics.ts";
import { LE_BOUNDS, LE_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { addToLe } from "#core/telemetry/histogram.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { labelRecord } from "#server/telemetry/query/standard-labels.ts";
import { remoteWrite, type WrittenSeries } from "#testing/prometheus/write-request.ts";

const SERIES_A_WRITE = 1000;

interface Counted {
  requests: number;
  durationMs: number;
  readonly durations: Float64Array;
  readonly series: readonly { readonly labels: Record<string, string>; samples: [number, number][] }[];
}

/** Istio's counters of requests and durations as a Prometheus would have scraped them of the same windows. */
export class ScrapedSeries {
  readonly #byKey = new Map<TrafficKey, Counted>();
  samples = 0;

  add({ key, count, durationSumMs, durations }: TrafficWindow): void {
    const counted = this.#byKey.get(key) ?? openCounted(key);
    this.#byKey.set(key, counted);
    counted.requests += count;
    counted.durationMs += durationSumMs;
    addToLe(counted.durations, durations);
  }

  scrape(atMs: number): void {
    for (const { requests, durationMs, durations, series } of this.#byKey.values()) {
      let below = 0;
      const values = [requests, durationMs, requests, ...Array.from(durations, (count) => (below += count))];
      for (const [index, { samples }] of series.entries()) samples.push([atMs, values[index] ?? 0]);
      this.samples += series.length;
    }
  }

  get size(): number {
    return [...this.#byKey.values()].reduce((sum, { series }) => sum + series.length, 0);
  }

  /** Hands over what was scraped since the last time. */
  async write(url: string): Promise<void> {
    const all = [...this.#byKey.values()].flatMap(({ series }) => series);
    for (let at = 0; at < all.length; at += SERIES_A_WRITE) {
      const part = all.slice(at, at + SERIES_A_WRITE);
      await remoteWrite(`${url}/api/v1/write`, part satisfies readonly WrittenSeries[]);
      for (const each of part) each.samples = [];
    }
  }
}

function openCounted(key: TrafficKey): Counted {
  const labels = labelRecord(key);
  const duration = METRIC_FAMILIES.REQUEST_DURATION;
  const named = (name: string, more: Record<string, string> = {}) => ({
    labels: { __name__: name, ...labels, ...more },
    samples: [] as [number, number][],
  });
  return {
    requests: 0,
    durationMs: 0,
    durations: new Float64Array(LE_COUNT),
    series: [
      named(METRIC_FAMILIES.REQUEST_COUNT),
      named(`${duration}_sum`),
      named(`${duration}_count`),
      ...[...LE_BOUNDS.map(String), "+Inf"].map((le) => named(`${duration}_bucket`, { le })),
    ],
  };
}
