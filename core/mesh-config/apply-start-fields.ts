import { parseDurationMs } from "#core/duration.ts";
import type { MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";
import type { StartSettings } from "#core/mesh-config/start-settings.ts";

const SECOND_MS = 1000;

/** What a MeshConfig's `defaultConfig` says of how Envoys are started, and of what it leaves out what stands in `base`. */
export function applyStartFields(base: StartSettings, own: MeshConfigSpec["defaultConfig"] = {}): StartSettings {
  const { concurrency, proxyMetadata, drainDuration, fileFlushInterval, fileFlushMinSizeKb, runtimeValues } = own;
  const drainMs = drainDuration === undefined ? undefined : parseDurationMs(drainDuration);
  const stats = own.proxyStatsMatcher;
  return {
    concurrency: concurrency ?? base.concurrency,
    drainSeconds: drainMs === undefined ? base.drainSeconds : Math.ceil(drainMs / SECOND_MS),
    flushMs: fileFlushInterval === undefined ? base.flushMs : Math.ceil(parseDurationMs(fileFlushInterval) ?? 1),
    flushKb: fileFlushMinSizeKb ?? base.flushKb,
    environment: { ...base.environment, ...proxyMetadata },
    runtime: { ...base.runtime, ...runtimeValues },
    stats: {
      prefixes: stats?.inclusionPrefixes ?? base.stats.prefixes,
      suffixes: stats?.inclusionSuffixes ?? base.stats.suffixes,
      regexes: stats?.inclusionRegexps ?? base.stats.regexes,
    },
  };
}
