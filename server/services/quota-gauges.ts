import { isQuotaRule, planOfRule } from "#core/rate-limit/rule-name.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { LeaseDesk } from "#server/limits/lease-desk.ts";

/** More Quotas, each with its plans, than a page of metrics should carry; what is left out is counted. */
const SERIES_MAX = 1000;
/** Each is a walk over all consumers. */
const KEPT_MS = 10_000;

type Labels = Readonly<Record<string, string>>;

interface Sums {
  readonly labels: Labels;
  readonly amount: number;
  readonly used: number;
  readonly held: number;
  readonly consumers: number;
  /** Consumers that have used so much of what they have, by percent. */
  readonly over: readonly (readonly [percent: number, consumers: number])[];
}

/**
 * What is used of Quotas, as Prometheus' gauges: a few series each, however many consumers there are, for keys may be what callers
 * keep secret.
 */
export class QuotaGauges {
  readonly #leases: Pick<LeaseDesk, "rules" | "buckets">;
  readonly #now: () => number;
  #kept: { readonly atMs: number; readonly metrics: readonly Metric[] } | undefined;

  constructor(leases: Pick<LeaseDesk, "rules" | "buckets">, now: () => number = Date.now) {
    this.#leases = leases;
    this.#now = now;
  }

  metrics(): readonly Metric[] {
    const atMs = this.#now();
    if (this.#kept === undefined || atMs - this.#kept.atMs >= KEPT_MS) this.#kept = { atMs, metrics: this.#read() };
    return this.#kept.metrics;
  }

  #read(): Metric[] {
    const quotas = this.#leases.rules().filter(({ known }) => isQuotaRule(known.rule.name));
    if (quotas.length === 0) return [];
    const sums = quotas.slice(0, SERIES_MAX).map((each) => this.#sum(each));
    const gauge = (name: string, help: string, of: (sum: Sums) => number): Metric => ({
      ...{ name, help, type: "gauge" },
      values: sums.map((sum) => ({ labels: sum.labels, value: of(sum) })),
    });
    return [
      gauge("pharos_quota_consumers", "Consumers of whom something is known.", ({ consumers }) => consumers),
      gauge("pharos_quota_amount_units", "What they have in this period, all together.", ({ amount }) => amount),
      gauge("pharos_quota_used_units", "What of it they have used.", ({ used }) => used),
      gauge("pharos_quota_held_units", "What agents hold of it and have not told to be used.", ({ held }) => held),
      {
        name: "pharos_quota_consumers_over",
        help: "Consumers that have used at least so many percent of what they have.",
        type: "gauge",
        values: sums.flatMap(({ labels, over }) =>
          over.map(([percent, value]) => ({ labels: { ...labels, percent: String(percent) }, value })),
        ),
      },
      ...(quotas.length <= SERIES_MAX
        ? []
        : [
            {
              name: "pharos_quota_left_out",
              help: "Quotas, with their plans, that are not on this page.",
              type: "gauge" as const,
              values: [{ value: quotas.length - SERIES_MAX }],
            },
          ]),
    ];
  }

  #sum({ id, known: { rule } }: ReturnType<LeaseDesk["rules"]>[number]): Sums {
    const buckets = this.#leases.buckets(id);
    const plan = planOfRule(rule) ?? "";
    const add = (of: (bucket: (typeof buckets)[number]) => number): number =>
      buckets.reduce((sum, bucket) => sum + of(bucket), 0);
    const had = ({ amount, carried, added }: (typeof buckets)[number]): number => amount + carried + added;
    return {
      labels: { quota: rule.policy, plan },
      ...{ consumers: buckets.length, amount: add(had), used: add(({ used }) => used), held: add(({ held }) => held) },
      over: [...new Set([...rule.soft, 100])].map((percent) => [
        percent,
        buckets.filter((bucket) => 100 * bucket.used >= percent * had(bucket)).length,
      ]),
    };
  }
}
