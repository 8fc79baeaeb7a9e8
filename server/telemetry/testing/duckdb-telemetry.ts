import { join } from "node:path";
import { type RunningTelemetry, startTelemetry, type TelemetryOptions } from "#server/telemetry/start-telemetry.ts";
import { openDuckdbStore } from "#server/telemetry/stores/duckdb/duckdb-store.ts";
import type { OpenStore } from "#server/telemetry/testing/store-case.ts";

/** Telemetry in a DuckDB file, which is kept up only when `maintain` is called. */
export function duckdbTelemetry(
  path: string,
  options: Omit<TelemetryOptions, "openStore"> = {},
): Promise<RunningTelemetry> {
  return startTelemetry({
    maintainEveryMs: 0,
    ...options,
    openStore: (given) => openDuckdbStore({ ...given, path }),
  });
}

/** A DuckDB store in a directory of a test. */
export const openDuckdb: OpenStore = (dir, options) =>
  openDuckdbStore({ ...options, path: join(dir, "telemetry.duckdb") });
