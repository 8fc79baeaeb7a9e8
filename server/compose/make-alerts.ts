import type { DatabaseSync } from "node:sqlite";
import type { Evaluation } from "#core/alerts/alert.ts";
import { readReceivers, readRules, readSilences } from "#core/resolve/alerting.ts";
import type { Logger } from "#node/log.ts";
import type { LedgerStore } from "#server/limits/ledger-store.ts";
import type { Outbox } from "#server/outbox/outbox.ts";
import { postJson } from "#server/outbox/post-json.ts";
import { makeCatalog } from "#server/prometheus/make-catalog.ts";
import type { AlertingView } from "#server/prometheus/rules-answer.ts";
import type { AlertServiceOptions } from "#server/services/alert-service.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { openAlertOutbox } from "#server/watch/alert-outbox.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { AlertWatch } from "#server/watch/alert-watch.ts";
import { evaluateQuotas } from "#server/watch/evaluate-quotas.ts";
import { evaluateObjectives, RuleTurns } from "#server/watch/evaluate-rules.ts";
import type { ObjectiveWatch } from "#server/watch/objective-watch.ts";
import manifest from "../../package.json" with { type: "json" };

export interface AlertParts {
  readonly db: DatabaseSync;
  readonly telemetry: Pick<RunningTelemetry, "readers" | "metrics" | "retention" | "settledMs">;
  readonly state: Pick<MeshState, "snapshot">;
  readonly objectives: Pick<ObjectiveWatch, "states">;
  readonly ledger: Pick<LedgerStore, "standing">;
  /** See `KeyAddressRules`. */
  readonly allowsLoopback: boolean;
  readonly webhookSecret: string | undefined;
  readonly log: Logger;
}

/** Consumers: of more the first to come stay alerts until their period is over. */
const QUOTAS_MAX = 500;

/** Alerts, and those who are told of them. */
export function makeAlerts(parts: AlertParts): {
  readonly watch: AlertWatch;
  readonly outbox: Outbox;
  readonly asked: Omit<AlertServiceOptions, "state">;
  readonly alerting: AlertingView;
} {
  const { db, telemetry, state, objectives, ledger, allowsLoopback, webhookSecret, log } = parts;
  const store = new AlertStore(db);
  // Asked for each alert, with their patterns compiled once.
  const [rulesOf, receiversOf, silencesOf] = [
    perSnapshot(readRules),
    perSnapshot(readReceivers),
    perSnapshot(readSilences),
  ];
  const { readers, metrics, retention } = telemetry;
  const source = makeCatalog({
    store: readers,
    relabel: (metric, key) => metrics.labelsFor(metric, key),
    ...{ retention, now: Date.now, settledMs: () => telemetry.settledMs(), version: manifest.version },
  });
  const post = (url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    postJson(url, body, headers, { allowsLoopback });
  const turns = new RuleTurns(Date.now);
  let told: string | undefined;
  // A ledger that cannot be read keeps no other rule from being asked.
  const quotas = (): Evaluation => {
    const evaluation = evaluateQuotas(() => ledger.standing(Date.now(), QUOTAS_MAX));
    const { error } = evaluation;
    if (error !== undefined && error !== told)
      log.warn("what is used of quotas could not be read, and their alerts stay as they are", { error });
    told = error;
    return evaluation;
  };
  const watch = new AlertWatch({
    store,
    now: Date.now,
    evaluate: async () => [
      ...evaluateObjectives(objectives.states),
      quotas(),
      ...(await turns.evaluate(rulesOf(state.snapshot()), source, telemetry.settledMs())),
    ],
    revision: () => state.snapshot().revision,
    receivers: () => receiversOf(state.snapshot()),
    silences: () => silencesOf(state.snapshot()),
    async tellAlertmanager(url, body) {
      const status = await post(url, body, {});
      if (status < 200 || status > 299) throw new Error(`it answers ${status}`);
    },
  });
  const { outbox, refusals } = openAlertOutbox({
    ...{ store, log, post },
    receivers: () => receiversOf(state.snapshot()),
    secret: webhookSecret,
  });
  return {
    watch,
    outbox,
    asked: { watch, store, refusals },
    alerting: {
      rules: () => rulesOf(state.snapshot()),
      standing: () => watch.standing,
      evaluations: () => watch.evaluations,
      alertmanagers: () =>
        receiversOf(state.snapshot()).flatMap(({ kind, url }) => (kind === "alertmanager" ? [url] : [])),
    },
  };
}
