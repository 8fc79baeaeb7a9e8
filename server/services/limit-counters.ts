import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { type LimitSaying, limitSayings } from "#core/telemetry/limit-sayings.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { LimitRuleName } from "#server/services/describe-limits.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

/**
 * What rules of limits said of requests since the start, as Prometheus' counter: of rules that are, whatever others a reporter names.
 * One that goes and comes again begins at 0.
 */
export class LimitCounters {
  readonly #rules: () => ReadonlyMap<string, LimitRuleName>;
  /** Requests by rule and outcome. */
  readonly #counts = new Map<string, Map<LimitSaying["outcome"], number>>();
  /** By the objects that the label book has. */
  readonly #sayings = new WeakMap<TrafficKey, readonly LimitSaying[]>();

  constructor(rules: () => ReadonlyMap<string, LimitRuleName>) {
    this.#rules = rules;
  }

  add({ key, count }: Pick<TrafficWindow, "key" | "count">): void {
    if (key.limitedBy === "" && key.deniedBy === "") return;
    const sayings = this.#sayings.get(key) ?? limitSayings(key);
    this.#sayings.set(key, sayings);
    for (const { id, outcome } of sayings) {
      if (!this.#rules().has(id)) continue;
      const counts = this.#counts.get(id) ?? new Map<LimitSaying["outcome"], number>();
      this.#counts.set(id, counts);
      counts.set(outcome, (counts.get(outcome) ?? 0) + count);
    }
  }

  /** None where nothing was counted. */
  metrics(): Metric[] {
    const rules = this.#rules();
    for (const id of this.#counts.keys()) if (!rules.has(id)) this.#counts.delete(id);
    if (this.#counts.size === 0) return [];
    return [
      {
        name: "pharos_limited_requests_total",
        help: "Requests that a limit counted, by its rule and outcome; what is tried would have been refused, and went on as what is exempt did.",
        type: "counter",
        values: [...this.#counts].flatMap(([id, counts]) =>
          [...counts].map(([outcome, value]) => ({ labels: { ...rules.get(id), outcome }, value })),
        ),
      },
    ];
  }
}
