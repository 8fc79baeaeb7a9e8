import { type Alert, type Evaluation, stateOf } from "#core/alerts/alert.ts";
import { exponentNumber } from "#core/promql/literals.ts";
import type { WrittenRule } from "#core/resolve/alerting.ts";
import { badParameter } from "#server/prometheus/read-params.ts";

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
/** As Go writes a time that never was. */
const NEVER = "0001-01-01T00:00:00Z";

/**
 * `/api/v1/rules`: AlertRules by namespace, and what the server itself looks at: objectives, quotas. `type`, `rule_name[]`, `rule_group[]`
 * and `file[]` choose among them; a namespace of which none is chosen is left out.
 */
export function rulesText(alerting: AlertingView, params: URLSearchParams): string {
  const type = params.get("type") ?? "";
  if (!["", "alert", "record"].includes(type))
    throw badParameter("type", `not supported value ${JSON.stringify(type)}`);
  const isChosen = (name: string, value: string): boolean =>
    !params.has(`${name}[]`) || params.getAll(`${name}[]`).includes(value);
  const { atMs, all } = alerting.evaluations();
  const lastEvaluation = atMs === 0 ? NEVER : new Date(atMs).toISOString();
  const written = new Map(alerting.rules().map((rule) => [rule.ref, rule]));
  const standing = Map.groupBy(alerting.standing(), ({ rule }) => rule);
  const namespaceOf = (ref: string): string => ref.split("/")[1] ?? "pharos";
  const nameOf = (ref: string): string => written.get(ref)?.name ?? ref;
  const refs = [...new Set([...written.keys(), ...all.map(({ rule }) => rule)])].filter(
    (ref) =>
      type !== "record" &&
      isChosen("rule_name", nameOf(ref)) &&
      isChosen("rule_group", namespaceOf(ref)) &&
      isChosen("file", namespaceOf(ref)),
  );
  return JSON.stringify({
    groups: [...Map.groupBy(refs, namespaceOf)].map(([namespace, of]) => ({
      name: namespace,
      file: namespace,
      interval: INTERVAL_SECONDS,
      limit: 0,
      rules: of.map((ref) => {
        const rule = written.get(ref);
        const evaluation = all.find((each) => each.rule === ref);
        const alerts = standing.get(ref) ?? [];
        const states = alerts.map(stateOf);
        return {
          type: "alerting",
          name: nameOf(ref),
          query: rule?.expr ?? `# ${ref}`,
          duration: (rule?.forMs ?? 0) / 1000,
          keepFiringFor: 0,
          labels: rule?.labels ?? {},
          annotations: rule?.annotations ?? {},
          alerts: alerts.map(toAlert),
          health: evaluation === undefined ? "unknown" : evaluation.error === undefined ? "ok" : "err",
          ...(evaluation?.error === undefined ? {} : { lastError: evaluation.error }),
          state: states.includes("firing") ? "firing" : states.includes("pending") ? "pending" : "inactive",
          lastEvaluation,
          evaluationTime: 0,
        };
      }),
      lastEvaluation,
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
    ...{ labels, annotations, state: stateOf(alert), value: exponentNumber(value) },
    activeAt: new Date(activeMs).toISOString(),
  };
}
