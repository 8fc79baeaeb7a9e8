import { type Alert, stateOf } from "#core/alerts/alert.ts";

/**
 * Alerts that say less than another one that fires: of an objective, those of longer windows than one in which its budget burns
 * already. Told from what stands alone, so it is the same in a server that was killed.
 */
export function inhibitedAlerts(standing: readonly Alert[]): ReadonlySet<Alert> {
  const ofObjectives = standing.filter(({ rule }) => rule.startsWith("Objective/"));
  const shortest = new Map<string, number>();
  for (const alert of ofObjectives)
    if (stateOf(alert) === "firing")
      shortest.set(alert.rule, Math.min(windowOf(alert), shortest.get(alert.rule) ?? Number.POSITIVE_INFINITY));
  return new Set(
    ofObjectives.filter((alert) => windowOf(alert) > (shortest.get(alert.rule) ?? Number.POSITIVE_INFINITY)),
  );
}

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

/** Of an alert about "6h", in minutes. */
function windowOf({ labels: { window = "" } }: Alert): number {
  return Number.parseInt(window, 10) * (MINUTES[window.at(-1) ?? ""] ?? 0);
}
