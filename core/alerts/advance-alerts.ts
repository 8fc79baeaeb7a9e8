import { type Alert, alertId, type Evaluation } from "#core/alerts/alert.ts";

/** Alerts after rules were asked: those that changed, and those that are gone without having fired. */
export interface Advanced {
  readonly changed: readonly Alert[];
  readonly dropped: readonly Alert[];
}

/**
 * What becomes of the alerts that are not over. One that is found is pending until it was for as long as its rule asks, and then fires;
 * one that is found no more is over, or was never one. A rule that could not be asked leaves its alerts as they are; of one that is gone
 * they are over.
 */
export function advanceAlerts(standing: readonly Alert[], evaluations: readonly Evaluation[], atMs: number): Advanced {
  const byId = new Map(standing.map((each) => [each.id, each]));
  const changed: Alert[] = [];
  const seen = new Set<string>();
  for (const { rule, forMs, findings, error } of evaluations) {
    if (error !== undefined) for (const each of standing) if (each.rule === rule) seen.add(each.id);
    for (const finding of findings) {
      const id = alertId(rule, finding.labels);
      seen.add(id);
      const known = byId.get(id);
      const activeMs = known?.activeMs ?? atMs;
      const firingMs = known?.firingMs ?? (atMs - activeMs >= forMs ? atMs : null);
      changed.push({ ...finding, id, rule, activeMs, firingMs, resolvedMs: null });
    }
  }
  const gone = standing.filter(({ id }) => !seen.has(id));
  return {
    changed: [...changed, ...gone.flatMap((each) => (each.firingMs === null ? [] : [{ ...each, resolvedMs: atMs }]))],
    dropped: gone.filter(({ firingMs }) => firingMs === null),
  };
}
