import { repeatWork } from "#node/repeat-work.ts";
import type { TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";
import type { JsonAddress } from "#server/telemetry/stores/ask-json.ts";
import { PrometheusClient } from "#server/telemetry/stores/prometheus/prometheus-client.ts";
import { PrometheusTraffic } from "#server/telemetry/stores/prometheus/prometheus-traffic.ts";

/** A Prometheus that has measured a mesh. */
export interface TrafficSource extends JsonAddress {
  /** How often it looks at a proxy. */
  readonly scrapeIntervalMs: number;
}

export interface OpenTrafficSource {
  readonly traffic: TrafficReader;
  close(): void;
}

const REFRESH_MS = 60_000;

/** Asks it at once, and every minute who is there; that it does not answer is told through `warn`. */
export function openTrafficSource(
  source: TrafficSource,
  { now, warn }: { readonly now: () => number; readonly warn: (message: string) => void },
): OpenTrafficSource {
  const traffic = new PrometheusTraffic({
    client: new PrometheusClient(source),
    scrapeIntervalMs: source.scrapeIntervalMs,
    now,
  });
  const tell = (failure: string): void => warn(`traffic cannot be read: ${failure}`);
  traffic.refresh().catch((error: unknown) => tell(String(error)));
  const timer = repeatWork(REFRESH_MS, () => traffic.refresh(), tell);
  return { traffic, close: () => clearInterval(timer) };
}
