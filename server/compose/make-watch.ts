import type { Logger } from "#node/log.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { HealthStore } from "#server/watch/health-store.ts";
import { HealthWatch } from "#server/watch/health-watch.ts";
import { openWatch } from "#server/watch/open-watch.ts";

const LOOKED_EVERY_MS = 5000;

/** What the server finds out by itself, and keeps. */
export interface Watch {
  readonly health: HealthStore;
  close(): Promise<void>;
}

export function makeWatch(dir: string, telemetry: Pick<RunningTelemetry, "queries" | "settledMs">, log: Logger): Watch {
  const db = openWatch(dir, log);
  const health = new HealthStore(db);
  const healthWatch = new HealthWatch({
    store: health,
    judge: (range) => telemetry.queries.health(range),
    settledMs: () => telemetry.settledMs(),
  });
  let isClosed = false;
  let running: Promise<void> | undefined;
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    try {
      await healthWatch.run(() => isClosed);
      told.clear();
    } catch (error) {
      const failure = String(error);
      if (!told.has(failure)) log.warn("health could not be looked at, and will be again", { error: failure });
      told.add(failure);
    }
  };
  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined;
    });
  }, LOOKED_EVERY_MS).unref();
  return {
    health,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
      db.close();
    },
  };
}
