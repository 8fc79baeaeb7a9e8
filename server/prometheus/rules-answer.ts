import { type Alert, type Evaluation, stateOf } from "#core/alerts/alert.ts";
import { apiNumber } from "#core/promql/literals.ts";
import type { WrittenRule } from "#core/resolve/alerting.ts";

/** What rules, alerts and receivers there are, for who asks as of a Prometheus. */
export interface AlertingView {
  readonly rules: () => readonly WrittenRule[];
  readonly standing: () => readonly Alert[];
  readonly evaluations: () => { readonly atMs: number; readonly all: readonly Evaluation[] };
  readonly alertmanagers: () => readonly string[];
}

export const NO_ALERTING: AlertingView = {
  rules: () => [],
  standing: () => [],
  evaluations: () => ({ atMs: 0, all: [] }),
  alertmanagers: () => [],
};

const INTERVAL_SECONDS = 30;

/** `/api/v1/rules`: AlertRules by namespace, and what the server itself looks at: objectives, quotas. */
export function rulesText(alerting: AlertingView): string {
  const { atMs, all } = alerting.evaluations();
  const written = new Map(alerting.rules().map((rule) => [rule.ref, rule]));
  const standing = Map.groupBy(alerting.standing(), ({ rule }) => rule);
  const groups = Map.groupBy(
    [...new Set([...written.keys(), ...all.map(({ rule }) => rule)])],
    (ref) => ref.split("/")[1] ?? "pharos",
  );
  return JSON.stringify({
    groups: [...groups].map(([namespace, refs]) => ({
      name: namespace,
      file: namespace,
      interval: INTERVAL_SECONDS,
      limit: 0,
      rules: refs.map((ref) => {
        const rule = written.get(ref);
        const evaluation = all.find((each) => each.rule === ref);
        const alerts = standing.get(ref) ?? [];
        const states = alerts.map(stateOf);
        return {
          type: "alerting",
          name: rule?.name ?? ref,
          query: rule?.expr ?? `# ${ref}`,
          duration: (rule?.forMs ?? 0) / 1000,
          keepFiringFor: 0,
          labels: rule?.labels ?? {},
          annotations: rule?.annotations ?? {},
          alerts: alerts.map(toAlert),
          health: evaluation === undefined ? "unknown" : evaluation.error === undefined ? "ok" : "err",
          ...(evaluation?.error === undefined ? {} : { lastError: evaluation.error }),
          state: states.includes("firing") ? "firing" : states.includes("pending") ? "pending" : "inactive",
          lastEvaluation: new Date(atMs).toISOString(),
          evaluationTime: 0,
        };
      }),
      lastEvaluation: new Date(atMs).toISOString(),
      evaluationTime: 0,
    })),
  });
}

/** `/api/v1/alerts` */
export function alertsText(alerting: AlertingView): string {
  return JSON.stringify({ alerts: alerting.standing().map(toAlert) });
}

/** `/api/v1/alertmanagers` */
export function alertmanagersText(alerting: AlertingView): string {
  return JSON.stringify({
    activeAlertmanagers: alerting.alertmanagers().map((url) => ({ url: `${url.replace(/\/$/, "")}/api/v2/alerts` })),
    droppedAlertmanagers: [],
  });
}

function toAlert(alert: Alert): object {
  const { labels, annotations, activeMs, value } = alert;
  return {
    ...{ labels, annotations, state: stateOf(alert), value: apiNumber(value) },
    activeAt: new Date(activeMs).toISOString(),
  };
}
