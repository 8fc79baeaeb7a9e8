import type { Evaluation } from "#core/alerts/alert.ts";
import { planOfRule } from "#core/rate-limit/rule-name.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import type { StandingNotice } from "#server/limits/ledger-store.ts";

/** Quotas of which so many percent are used in periods that are not over: an alert for each consumer, of the highest percent. */
export function evaluateQuotas(notices: readonly StandingNotice[]): Evaluation {
  return {
    rule: "quotas",
    forMs: 0,
    findings: notices.map(({ key, percent, used, amount }) => {
      const { policy = key, rule = "", values = "" } = parseLimitKey(key) ?? {};
      const plan = planOfRule({ policy, name: rule });
      return {
        labels: {
          ...{ alertname: "QuotaSoftLimit", severity: "ticket", namespace: policy.split("/")[0] ?? "", quota: policy },
          ...{ consumer: values, percent: String(percent) },
          ...(plan === undefined ? {} : { plan }),
        },
        annotations: { summary: `${values === "" ? "all together" : values} used ${percent} % of Quota ${policy}` },
        value: amount === 0 ? 0 : (100 * used) / amount,
      };
    }),
  };
}
