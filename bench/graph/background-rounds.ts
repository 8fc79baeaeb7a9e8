import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readObjective } from "#core/resolve/objectives.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { makeCatalog } from "#server/prometheus/make-catalog.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { RuleTurns } from "#server/watch/evaluate-rules.ts";
import { HealthStore } from "#server/watch/health-store.ts";
import { HealthWatch } from "#server/watch/health-watch.ts";
import { ObjectiveWatch } from "#server/watch/objective-watch.ts";
import { prepared } from "#server/watch/open-watch.ts";

/** CPU of the whole process, in ms. */
export interface RoundCost {
  readonly health: number;
  readonly objectives: number;
  readonly rule: number;
}

const RULE = {
  ...{ ref: "AlertRule/ns-0/errors", namespace: "ns-0", name: "errors", forMs: 0, labels: {}, annotations: {} },
  expr: 'sum by (destination_service) (rate(istio_requests_total{reporter="destination",response_code=~"5.."}[5m])) > 1e9',
};

/** What a server looks at each minute by itself, with as many objectives, as it stands at a moment. */
export class BackgroundRounds {
  readonly #health: HealthWatch;
  readonly #objectives: ObjectiveWatch;
  readonly #telemetry: RunningTelemetry;
  readonly #now: () => number;

  constructor(telemetry: RunningTelemetry, dir: string, now: () => number, objectives: number) {
    this.#telemetry = telemetry;
    this.#now = now;
    const db = prepared(new DatabaseSync(join(dir, "watch.db")));
    this.#health = new HealthWatch({
      store: new HealthStore(db),
      judge: (range) => telemetry.queries.health(range),
      settledMs: now,
    });
    const { resources } = parseDocuments(
      Array.from(
        { length: objectives },
        (_, index) =>
          `apiVersion: observe.pharos.dev/v1\nkind: Objective\nmetadata: { name: o-${index}, namespace: ns-${index % 50} }\nspec: { service: service-${index}, availability: {}, target: 99.9, window: { rolling: 720h } }\n`,
      ).join("---\n"),
    );
    const terms = resources.flatMap((each) =>
      each.kind === "Objective" ? [readObjective(each, { domainSuffix: "cluster.local" })] : [],
    );
    this.#objectives = new ObjectiveWatch({ telemetry: telemetry.queries, terms: () => terms, settledMs: now });
    telemetry.onWindow(({ startMs }) => this.#objectives.noteStored(startMs));
  }

  /** What is due now. */
  async run(): Promise<RoundCost> {
    const { readers, metrics, retention } = this.#telemetry;
    const now = this.#now;
    const source = makeCatalog({
      store: readers,
      relabel: (metric, key) => metrics.labelsFor(metric, key),
      ...{ retention, now, settledMs: now, version: "bench" },
    });
    return {
      health: await cpuOf(() => this.#health.run()),
      objectives: await cpuOf(() => this.#objectives.run()),
      rule: await cpuOf(async () => {
        const [evaluation] = await new RuleTurns(Date.now).evaluate([RULE], source, now());
        if (evaluation?.error !== undefined) throw new Error(evaluation.error);
      }),
    };
  }
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
