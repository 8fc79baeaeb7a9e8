import { advanceAlerts } from "#core/alerts/advance-alerts.ts";
import { type Alert, type Evaluation, stateOf } from "#core/alerts/alert.ts";
import { inhibitedAlerts } from "#core/alerts/inhibit-alerts.ts";
import type { ActiveSilence, Receiver } from "#core/resolve/alerting.ts";
import type { AlertStore, Notice } from "#server/watch/alert-store.ts";

export interface AlertWatchOptions {
  readonly store: AlertStore;
  /** Asks all rules, of the state at a moment. */
  readonly evaluate: (atMs: number) => Promise<readonly Evaluation[]>;
  /** Another number after rules, receivers or silences were written. */
  readonly revision: () => number;
  readonly receivers: () => readonly Receiver[];
  readonly silences: () => readonly ActiveSilence[];
  /** Tells an Alertmanager; throws where it does not take it. */
  readonly tellAlertmanager: (url: string, body: string) => Promise<void>;
  readonly now: () => number;
}

export const ALERT_STEP_MS = 30_000;
const KEPT_MS = 30 * 24 * 3_600_000;
/** As Prometheus: that often an Alertmanager is told again, and for so long after an alert was over. */
const RESEND_MS = 60_000;
const RESOLVED_MS = 15 * 60_000;

/** How an Alertmanager took it last. */
interface Told {
  toldMs: number | null;
  error: string | null;
  waiting: number;
}

/** Asks rules again and again, keeps what becomes of alerts, and says who is to be told of them. */
export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #alertmanagers = new Map<string, Told & { atMs: number; firing: string }>();
  #standing: readonly Alert[];
  #evaluations: readonly Evaluation[] = [];
  #atMs = 0;
  #revision = Number.NaN;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#standing = options.store.standing();
  }

  /** Those that are not over. */
  get standing(): readonly Alert[] {
    return this.#standing;
  }

  /** Rules as they were asked last, and when. */
  get evaluations(): { readonly atMs: number; readonly all: readonly Evaluation[] } {
    return { atMs: this.#atMs, all: this.#evaluations };
  }

  alertmanager(ref: string): Told | undefined {
    return this.#alertmanagers.get(ref);
  }

  /** Those that another one, which fires, says more of. */
  get inhibited(): ReadonlySet<Alert> {
    return inhibitedAlerts(this.#standing);
  }

  /** Silences that hold now and hide an alert. */
  silencedBy({ labels }: Pick<Alert, "labels">): readonly string[] {
    return this.#holding().flatMap(({ ref, hides }) => (hides(labels) ? [ref] : []));
  }

  /** Asks rules where that is due, or where something was written since. */
  async run(): Promise<void> {
    const { now, evaluate, store } = this.#options;
    const atMs = now();
    const revision = this.#options.revision();
    if (atMs - this.#atMs >= ALERT_STEP_MS || revision !== this.#revision) {
      const evaluations = await evaluate(atMs);
      const advanced = advanceAlerts(this.#standing, evaluations, atMs);
      const resolved = advanced.changed.filter(({ resolvedMs }) => resolvedMs !== null);
      const standing = advanced.changed.filter(({ resolvedMs }) => resolvedMs === null);
      const known = new Set([...advanced.changed, ...advanced.dropped].map(({ id }) => id));
      const next = [...this.#standing.filter(({ id }) => !known.has(id)), ...standing];
      store.take(advanced, this.#notices(next, resolved, atMs), atMs);
      [this.#standing, this.#evaluations, this.#atMs, this.#revision] = [next, evaluations, atMs, revision];
      store.dropBefore(atMs - KEPT_MS);
    }
    await this.#tellAlertmanagers(atMs);
  }

  #holding(): readonly ActiveSilence[] {
    const atMs = this.#options.now();
    return this.#options.silences().filter(({ startsMs, endsMs }) => startsMs <= atMs && atMs < endsMs);
  }

  /**
   * What webhooks were not told of these: that one fires, where neither a silence nor another alert hides it, and again so long after;
   * that it is over, where they know that it fired.
   */
  #notices(standing: readonly Alert[], resolved: readonly Alert[], atMs: number): readonly Omit<Notice, "id">[] {
    const { receivers, store } = this.#options;
    const silences = this.#holding();
    const inhibited = inhibitedAlerts(standing);
    const telling = standing.filter(
      (alert) =>
        stateOf(alert) === "firing" && !inhibited.has(alert) && !silences.some(({ hides }) => hides(alert.labels)),
    );
    return receivers()
      .filter(({ kind }) => kind === "webhook")
      .flatMap(({ ref, wants, sendsResolved, repeatMs = Number.POSITIVE_INFINITY }) => {
        const firing = telling.flatMap((alert): Omit<Notice, "id">[] => {
          if (!wants(alert.labels)) return [];
          const { firing: nth, toldMs } = store.noticed(ref, alert);
          const isDue = nth === 0 || (toldMs !== null && atMs - toldMs >= repeatMs);
          return isDue ? [{ receiver: ref, alert, event: "firing", nth }] : [];
        });
        const over = resolved.flatMap((alert): Omit<Notice, "id">[] =>
          sendsResolved && wants(alert.labels) && store.noticed(ref, alert).firing > 0
            ? [{ receiver: ref, alert, event: "resolved", nth: 0 }]
            : [],
        );
        return [...firing, ...over];
      });
  }

  /** What changed at once, and all again each minute: an Alertmanager forgets what it does not hear of. */
  async #tellAlertmanagers(atMs: number): Promise<void> {
    const { receivers, store, tellAlertmanager } = this.#options;
    const silences = this.#holding();
    const all = [
      ...this.#standing.filter((each) => stateOf(each) === "firing"),
      ...store.resolvedSince(atMs - RESOLVED_MS),
    ];
    const wanted = receivers().filter(({ kind }) => kind === "alertmanager");
    for (const ref of this.#alertmanagers.keys())
      if (!wanted.some((each) => each.ref === ref)) this.#alertmanagers.delete(ref);
    // One that does not answer holds up no other.
    const tell = async ({ ref, url, wants }: Receiver): Promise<void> => {
      const alerts = all.filter(({ labels }) => wants(labels) && !silences.some(({ hides }) => hides(labels)));
      const firing = JSON.stringify(alerts.map(({ id, resolvedMs }) => [id, resolvedMs]));
      const known = this.#alertmanagers.get(ref) ?? { atMs: 0, firing: "[]", toldMs: null, error: null, waiting: 0 };
      this.#alertmanagers.set(ref, known);
      if (alerts.length === 0) known.waiting = 0;
      if (alerts.length === 0 || (known.firing === firing && atMs - known.atMs < RESEND_MS)) return;
      known.atMs = atMs;
      try {
        await tellAlertmanager(
          `${url.replace(/\/$/, "")}/api/v2/alerts`,
          JSON.stringify(alerts.map((each) => toAlertmanager(each, atMs))),
        );
        Object.assign(known, { firing, toldMs: atMs, error: null, waiting: 0 });
      } catch (error) {
        Object.assign(known, { error: String(error), waiting: alerts.length });
      }
    };
    await Promise.all(wanted.map(tell));
  }
}

/** As Prometheus: what is not heard of for four times as long as it is told again is over. */
function toAlertmanager({ labels, annotations, firingMs, resolvedMs, activeMs }: Alert, atMs: number): object {
  return {
    ...{ labels, annotations },
    startsAt: new Date(firingMs ?? activeMs).toISOString(),
    endsAt: new Date(resolvedMs ?? atMs + 4 * RESEND_MS).toISOString(),
    generatorURL: "",
  };
}
