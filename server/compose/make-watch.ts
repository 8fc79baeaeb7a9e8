import { readObjective } from "#core/resolve/objectives.ts";
import { type AlertParts, makeAlerts } from "#server/compose/make-alerts.ts";
import type { AlertingView } from "#server/prometheus/rules-answer.ts";
import type { AlertServiceOptions } from "#server/services/alert-service.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { HealthStore } from "#server/watch/health-store.ts";
import { HealthWatch } from "#server/watch/health-watch.ts";
import { ObjectiveWatch } from "#server/watch/objective-watch.ts";
import { openWatch } from "#server/watch/open-watch.ts";
import { Rounds } from "#server/watch/rounds.ts";

const LOOKED_EVERY_MS = 5000;

export interface WatchParts extends Omit<AlertParts, "db" | "objectives"> {
  readonly dir: string;
  readonly telemetry: AlertParts["telemetry"] & Pick<RunningTelemetry, "queries" | "onWindow">;
  readonly state: Pick<MeshState, "snapshot" | "all">;
}

/** What the server finds out by itself, and keeps. */
export interface Watch {
  readonly health: HealthStore;
  readonly objectives: ObjectiveWatch;
  readonly alerts: Omit<AlertServiceOptions, "state">;
  readonly alerting: AlertingView;
  close(): Promise<void>;
}

export function makeWatch({ dir, telemetry, state, log, ...parts }: WatchParts): Watch {
  const db = openWatch(dir, log);
  const health = new HealthStore(db);
  const settledMs = (): number => telemetry.settledMs();
  const healthWatch = new HealthWatch({ store: health, judge: (range) => telemetry.queries.health(range), settledMs });
  const objectives = new ObjectiveWatch({
    telemetry: telemetry.queries,
    terms: () => state.all("Objective").map((each) => readObjective(each, state.snapshot().mesh)),
    settledMs,
  });
  telemetry.onWindow(({ startMs }) => objectives.noteStored(startMs));
  const { watch, outbox, asked, alerting } = makeAlerts({ ...parts, db, telemetry, state, objectives, log });
  outbox.start();
  // Alerts tell of objectives as they were counted just before; health waits for no rule that takes long.
  const rounds = new Rounds(LOOKED_EVERY_MS, log, [
    { health: (isClosed) => healthWatch.run(isClosed) },
    { objectives: () => objectives.run(), alerts: () => watch.run() },
  ]);
  return {
    health,
    objectives,
    alerts: asked,
    alerting,
    async close() {
      outbox.close();
      await rounds.close();
      db.close();
    },
  };
}
