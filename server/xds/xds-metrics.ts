import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import type { Metric } from "#node/prometheus-text.ts";
import { readRegistry } from "#server/own-metrics/read-registry.ts";

const LABEL_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPE_URLS).map(([type, url]) => [url, type.toLowerCase()]),
);
/** Istio's, and three below its least. */
const CONVERGENCE_S = [0.01, 0.025, 0.05, 0.1, 0.5, 1, 3, 5, 10, 20, 30];
const PUSH_S = [0.01, 0.1, 1, 3, 5, 10, 20, 30];
const SIZE_BYTES = [1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000];

/** What the xDS server has sent and heard since it started, by the names that istiod has for it. */
export class XdsMetrics {
  readonly #registry = new Registry();
  readonly #pushes = new Counter({
    name: "pilot_xds_pushes",
    help: "Responses that were sent to proxies.",
    labelNames: ["type"],
    registers: [this.#registry],
  });
  readonly #sizes = new Histogram({
    name: "pilot_xds_config_size_bytes",
    help: "Bytes of a response, as they were sent.",
    labelNames: ["type"],
    buckets: SIZE_BYTES,
    registers: [this.#registry],
  });
  readonly #rejects = new Counter({
    name: "pilot_total_xds_rejects",
    help: "Responses that proxies refused.",
    labelNames: ["type"],
    registers: [this.#registry],
  });
  readonly #convergence = new Histogram({
    name: "pilot_proxy_convergence_time",
    help: "Seconds from a revision's compilation until a proxy acknowledged all of it.",
    buckets: CONVERGENCE_S,
    registers: [this.#registry],
  });
  readonly #pushTime = new Histogram({
    name: "pilot_xds_push_time",
    help: "Seconds that a change took to be compiled and handed to the proxies.",
    buckets: PUSH_S,
    registers: [this.#registry],
  });
  readonly #triggers = new Counter({
    name: "pilot_push_triggers",
    help: "Changes that were compiled, by what changed: config, or endpoint.",
    labelNames: ["type"],
    registers: [this.#registry],
  });

  constructor(connected: () => number) {
    new Gauge({
      name: "pilot_xds",
      help: "Proxies that are connected.",
      registers: [this.#registry],
      collect() {
        this.set(connected());
      },
    });
  }

  sent(typeUrl: string, bytes: number): void {
    const type = LABEL_OF.get(typeUrl) ?? "unknown";
    this.#pushes.inc({ type });
    this.#sizes.observe({ type }, bytes);
  }

  /** One response, of however many resources it refused. */
  rejected(type: XdsType): void {
    this.#rejects.inc({ type: type.toLowerCase() });
  }

  acknowledged(ms: number): void {
    this.#convergence.observe(ms / 1000);
  }

  pushed(trigger: "config" | "endpoint", ms: number): void {
    this.#triggers.inc({ type: trigger });
    this.#pushTime.observe(ms / 1000);
  }

  read(): Promise<readonly Metric[]> {
    return readRegistry(this.#registry);
  }
}
