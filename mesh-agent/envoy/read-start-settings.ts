import { z } from "zod";
import { NO_START_SETTINGS, type StartSettings } from "#core/mesh-config/start-settings.ts";
import { checkEnvironmentName } from "#core/schema/environment-name.ts";
import type { StartSettings as Told } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const ENTRIES_MAX = 64;
const VALUE_MAX = 2048;
const DAY_SECONDS = 86_400;
const FLUSH_MS_MAX = 10_000;
const FLUSH_KB_MAX = 16_384;
const THREADS_MAX = 1024;

const Names = z.array(z.string().min(1).max(256)).max(ENTRIES_MAX);
const Values = z.record(z.string(), z.string().max(VALUE_MAX));

/** What a control plane may set of an Envoy on this host, as it is also kept for starts without one; what is beyond is left out. */
export const StartSettingsSchema: z.ZodType<StartSettings> = z.object({
  concurrency: z.int().min(0).max(THREADS_MAX).optional().catch(undefined),
  drainSeconds: z.int().min(1).max(DAY_SECONDS).optional().catch(undefined),
  flushMs: z.int().min(1).max(FLUSH_MS_MAX).optional().catch(undefined),
  flushKb: z.int().min(1).max(FLUSH_KB_MAX).optional().catch(undefined),
  // The host is its owner's, whatever the control plane has let through.
  environment: Values.transform((all) => bounded(all, (name) => checkEnvironmentName(name) === undefined)).catch({}),
  runtime: Values.transform((all) => bounded(all, () => true)).catch({}),
  stats: z
    .object({ prefixes: Names, suffixes: Names, regexes: Names })
    .catch({ prefixes: [], suffixes: [], regexes: [] }),
}) as unknown as z.ZodType<StartSettings>;

function bounded(
  all: Readonly<Record<string, string>>,
  isAllowed: (name: string) => boolean,
): Readonly<Record<string, string>> {
  const fit = Object.entries(all).filter(([name, value]) => isAllowed(name) && !/[\0\r\n]/.test(value));
  return Object.fromEntries(fit.slice(0, ENTRIES_MAX));
}

/** What a control plane says; one that does not know of it sets nothing. */
export function readStartSettings(told: Told | undefined): StartSettings {
  if (told === undefined) return NO_START_SETTINGS;
  const { concurrency, drainSeconds, flushMs, flushKb, environment, runtime } = told;
  const stats = { prefixes: told.statPrefixes, suffixes: told.statSuffixes, regexes: told.statRegexes };
  return StartSettingsSchema.parse({ concurrency, drainSeconds, flushMs, flushKb, environment, runtime, stats });
}
