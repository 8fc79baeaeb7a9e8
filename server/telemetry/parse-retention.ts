import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";
import type { GivenRetention, RetentionName, RetentionTexts } from "#core/telemetry/retention-names.ts";
import type { KeptTier, Retention } from "#server/telemetry/ports/retention.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BYTES_MIN = 100 * 1024 ** 2;
const UNITS: readonly (readonly [unit: string, bytes: number])[] = [
  ["TB", 1024 ** 4],
  ["GB", 1024 ** 3],
  ["MB", 1024 ** 2],
];

/** What is not given stays as in `base`. Throws "invalid" that names what is wrong. */
export function parseRetention(given: GivenRetention, base: Retention): Retention {
  const age = (name: RetentionName, asItIs: number): number => {
    const value = given[name];
    return value === undefined ? asItIs : ageOf(name, value);
  };
  const tier = (name: KeptTier): number => age(name, base.tiersMs[name]);
  const tiersMs = { "10s": tier("10s"), "1m": tier("1m"), "10m": tier("10m") };
  if (tiersMs["1m"] < tiersMs["10s"] || tiersMs["10m"] < tiersMs["1m"])
    throw new PharosError(
      "invalid",
      "longer windows must be kept at least as long as the shorter ones they are made of",
      {
        hint: "10s <= 1m <= 10m, as in 10s=1d,1m=14d,10m=365d",
      },
    );
  return {
    tiersMs,
    samplesMs: age("requests", base.samplesMs),
    spansMs: age("spans", base.spansMs),
    logsMs: age("logs", base.logsMs),
    pointsMs: age("points", base.pointsMs),
    bytesMax: given.size === undefined ? base.bytesMax : bytesOf(given.size),
  };
}

/** The same the other way. */
export function formatRetention({
  tiersMs,
  samplesMs,
  spansMs,
  logsMs,
  pointsMs,
  bytesMax,
}: Retention): RetentionTexts {
  return {
    "10s": formatAge(tiersMs["10s"]),
    "1m": formatAge(tiersMs["1m"]),
    "10m": formatAge(tiersMs["10m"]),
    requests: formatAge(samplesMs),
    spans: formatAge(spansMs),
    logs: formatAge(logsMs),
    points: formatAge(pointsMs),
    size: formatSize(bytesMax),
  };
}

function ageOf(name: string, value: string): number {
  const days = /^(\d+)d$/.exec(value)?.[1];
  const ms = days === undefined ? parseDurationMs(value) : Number(days) * DAY_MS;
  if (ms !== undefined && ms >= HOUR_MS && ms <= 3650 * DAY_MS) return ms;
  throw new PharosError("invalid", `${name}=${value} is no time from an hour to ten years`, {
    hint: `for example ${name}=36h or ${name}=14d`,
  });
}

function bytesOf(value: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(MB|GB|TB)$/.exec(value) ?? [];
  const bytes = Number(amount) * (UNITS.find(([name]) => name === unit)?.[1] ?? Number.NaN);
  if (bytes >= BYTES_MIN) return Math.round(bytes);
  throw new PharosError("invalid", `size=${value} is no size of 100MB or more`, { hint: "for example size=20GB" });
}

function formatAge(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / 1000}s`;
}

/** Exactly, where three places say it. */
function formatSize(bytes: number): string {
  const [unit, size] = UNITS.find(([, of]) => bytes >= of) ?? ["MB", 1024 ** 2];
  return `${Number((bytes / size).toFixed(3))}${unit}`;
}
