import { type Alert, stateOf } from "#core/alerts/alert.ts";
import { readReceivers } from "#core/resolve/alerting.ts";
import type { AlertView } from "#core/view/alert.ts";
import { urlOrigin } from "#server/outbox/url-origin.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";
import type { AlertStore } from "#server/watch/alert-store.ts";
import type { AlertWatch } from "#server/watch/alert-watch.ts";

export interface AlertServiceOptions {
  readonly watch: Pick<AlertWatch, "standing" | "inhibited" | "silencedBy" | "alertmanager">;
  readonly store: Pick<AlertStore, "resolvedSince" | "receivers">;
  /** Why a receiver did not take what it was told last. */
  readonly refusals: ReadonlyMap<string, string>;
  readonly state: Pick<MeshState, "snapshot">;
  readonly now?: () => number;
}

const ORDER = { firing: 0, pending: 1, resolved: 2 } as const;

/** Alerts as they stand and stood, and who was told of them. */
export function createAlertService({
  watch,
  store,
  refusals,
  state,
  now = Date.now,
}: AlertServiceOptions): Services["alerts"] {
  const view = (alert: Alert, inhibited: ReadonlySet<Alert> = new Set()): AlertView => {
    const { id, rule, labels, annotations, value, activeMs, firingMs, resolvedMs } = alert;
    return {
      ...{ id, labels, annotations, value: Number.isFinite(value) ? value : null },
      state: stateOf(alert),
      name: labels.alertname ?? rule,
      ref: rule.includes("/") ? rule : null,
      activeAt: iso(activeMs),
      firedAt: firingMs === null ? null : iso(firingMs),
      resolvedAt: resolvedMs === null ? null : iso(resolvedMs),
      silencedBy: resolvedMs === null ? watch.silencedBy(alert) : [],
      isInhibited: inhibited.has(alert),
    };
  };
  const standing = (): AlertView[] => {
    const { inhibited } = watch;
    return watch.standing
      .map((alert) => view(alert, inhibited))
      .sort(
        (a, b) => ORDER[a.state] - ORDER[b.state] || (b.firedAt ?? b.activeAt).localeCompare(a.firedAt ?? a.activeAt),
      );
  };
  return {
    list: standing,
    history: ({ seconds }) => store.resolvedSince(now() - seconds * 1000).map((alert) => view(alert)),
    summary() {
      const all = standing();
      const firing = all.filter((each) => each.state === "firing");
      const told = firing.filter(({ silencedBy }) => silencedBy.length === 0);
      return {
        firing: told.filter(({ isInhibited }) => !isInhibited).length,
        silenced: firing.length - told.length,
        inhibited: told.filter(({ isInhibited }) => isInhibited).length,
        pending: all.length - firing.length,
      };
    },
    receivers() {
      const counts = store.receivers();
      return readReceivers(state.snapshot()).map(({ ref, kind, url }) => {
        const told = watch.alertmanager(ref);
        const { waiting = 0, toldMs = null } = kind === "webhook" ? (counts.get(ref) ?? {}) : (told ?? {});
        return {
          ...{ ref, kind, waiting },
          // What follows the host may be the secret of a webhook.
          url: urlOrigin(url),
          toldAt: toldMs === null ? null : iso(toldMs),
          error: kind === "webhook" ? (refusals.get(ref) ?? null) : (told?.error ?? null),
        };
      });
    },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
