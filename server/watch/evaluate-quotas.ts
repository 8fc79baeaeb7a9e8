import type { Evaluation, Finding } from "#core/alerts/alert.ts";
import { QUOTAS_RULE } from "#core/alerts/inhibit-alerts.ts";
import { PharosError } from "#core/errors.ts";
import { planOfRule } from "#core/rate-limit/rule-name.ts";
import { parseLimitKey, subjectOf } from "#node/limit-key.ts";
import type { StandingNotice } from "#server/limits/ledger-store.ts";

const RULE = { rule: QUOTAS_RULE, forMs: 0 } as const;

/** Quotas of which so many percent are used in periods that are not over, or why the ledger that knows cannot be read. */
export function evaluateQuotas(read: () => readonly StandingNotice[]): Evaluation {
  try {
    return { ...RULE, findings: findingsOf(read()) };
  } catch (error) {
    return { ...RULE, findings: [], error: PharosError.from(error).message };
  }
}

/** An alert for each percent of a consumer; of them the highest is told (`inhibitedAlerts`). */
function findingsOf(notices: readonly StandingNotice[]): Finding[] {
  return notices.map(({ key, percent, used, amount }) => {
    const { policy = key, rule = "", values = "" } = parseLimitKey(key) ?? {};
    const consumer = subjectOf(values);
    const plan = planOfRule({ policy, name: rule });
    return {
      labels: {
        ...{ alertname: "QuotaSoftLimit", severity: "ticket", namespace: policy.split("/")[0] ?? "", quota: policy },
        ...{ consumer: values, percent: String(percent) },
        ...(plan === undefined ? {} : { plan }),
      },
      annotations: { summary: `${consumer === "" ? "all together" : consumer} used ${percent} % of Quota ${policy}` },
      value: amount === 0 ? 0 : (100 * used) / amount,
    };
  });
}
