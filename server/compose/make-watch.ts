import { readObjective } from "#core/resolve/objectives.ts";
import type { Logger } from "#node/log.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { HealthStore } from "#server/watch/health-store.ts";
import { HealthWatch } from "#server/watch/health-watch.ts";
import { ObjectiveWatch } from "#server/watch/objective-watch.ts";
import { openWatch } from "#server/watch/open-watch.ts";
import { Rounds } from "#server/watch/rounds.ts";

const LOOKED_EVERY_MS = 5000;

export interface WatchParts {
  readonly dir: string;
  readonly telemetry: Pick<RunningTelemetry, "queries" | "settledMs" | "onWindow">;
  readonly state: Pick<MeshState, "snapshot" | "all">;
  readonly log: Logger;
}

/** What the server finds out by itself, and keeps. */
export interface Watch {
  readonly health: HealthStore;
  readonly objectives: ObjectiveWatch;
  close(): Promise<void>;
}

export function makeWatch({ dir, telemetry, state, log }: WatchParts): Watch {
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
  const rounds = new Rounds(LOOKED_EVERY_MS, log, {
    health: (isClosed) => healthWatch.run(isClosed),
    objectives: () => objectives.run(),
  });
  return {
    health,
    objectives,
    async close() {
      await rounds.close();
      db.close();
    },
  };
}
