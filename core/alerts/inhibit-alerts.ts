import { type Alert, alertId, stateOf } from "#core/alerts/alert.ts";

/** Of alerts for percents of quotas. */
export const QUOTAS_RULE = "quotas";

/**
 * Alerts that say less than another one that fires: of an objective, those of longer windows than one in which its budget burns
 * already; of a quota's consumer, those of lower percents than one that is reached. Told from what stands alone, so it is the same in a
 * server that was killed.
 */
export function inhibitedAlerts(standing: readonly Alert[]): ReadonlySet<Alert> {
  const most = new Map<string, number>();
  const ranked = standing.flatMap((alert) => {
    const rank = rankOf(alert);
    return rank === undefined ? [] : [{ alert, ...rank }];
  });
  for (const { alert, among, says } of ranked)
    if (stateOf(alert) === "firing") most.set(among, Math.max(says, most.get(among) ?? Number.NEGATIVE_INFINITY));
  return new Set(
    ranked.flatMap(({ alert, among, says }) => (says < (most.get(among) ?? Number.NEGATIVE_INFINITY) ? [alert] : [])),
  );
}

/** Among which an alert says how much; undefined where none says more than another. */
function rankOf(alert: Alert): { readonly among: string; readonly says: number } | undefined {
  const { rule } = alert;
  if (rule.startsWith("Objective/")) return { among: rule, says: -windowOf(alert) };
  if (rule !== QUOTAS_RULE) return undefined;
  const { percent, ...consumer } = alert.labels;
  return { among: alertId(rule, consumer), says: Number(percent) };
}

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

/** Of an alert about "6h", in minutes. */
function windowOf({ labels: { window = "" } }: Alert): number {
  return Number.parseInt(window, 10) * (MINUTES[window.at(-1) ?? ""] ?? 0);
}
