import { UsageError } from "#cli/failure.ts";
import { parseDurationMs } from "#core/duration.ts";
import { DEFAULT_RETENTION, type KeptTier, type Retention } from "#server/telemetry/ports/retention.ts";

const FLAG = "--retention";
const UNITS: Readonly<Record<string, number>> = { MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };
const DAY_MS = 86_400_000;
const TIER_NAMES: readonly KeptTier[] = ["10s", "1m", "10m"];
const NAMES = [...TIER_NAMES, "requests", "spans", "logs", "points", "size"] as const;
const EXAMPLE = "10s=1d,1m=14d,10m=365d,requests=7d,spans=7d,logs=7d,points=15d,size=8GB";

/** `10s=2d,requests=3d,size=20GB`: how long what is kept; what is not named stays as it is by default. */
export function retentionFlag(text: string): Retention {
  const given = new Map<string, string>();
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (!(NAMES as readonly string[]).includes(name))
      throw new UsageError(`${FLAG}: ${JSON.stringify(part.trim())} is none of ${NAMES.join(", ")} with a value`, {
        hint: `for example ${FLAG} ${EXAMPLE}`,
      });
    if (given.has(name)) throw new UsageError(`${FLAG}: ${name} is named twice`, { hint: "name it once" });
    given.set(name, value);
  }
  const age = (name: (typeof NAMES)[number], byDefault: number): number => {
    const value = given.get(name);
    return value === undefined ? byDefault : ageOf(name, value);
  };
  const { tiersMs, samplesMs, spansMs, logsMs, pointsMs, bytesMax } = DEFAULT_RETENTION;
  const [fine, minutes, tens] = TIER_NAMES.map((name) => age(name, tiersMs[name])) as [number, number, number];
  if (minutes < fine || tens < minutes)
    throw new UsageError(`${FLAG}: longer windows must be kept at least as long as the shorter ones they are made of`, {
      hint: "10s <= 1m <= 10m, as in 10s=1d,1m=14d,10m=365d",
    });
  const size = given.get("size");
  return {
    tiersMs: { "10s": fine, "1m": minutes, "10m": tens },
    samplesMs: age("requests", samplesMs),
    spansMs: age("spans", spansMs),
    logsMs: age("logs", logsMs),
    pointsMs: age("points", pointsMs),
    bytesMax: size === undefined ? bytesMax : bytesOf(size),
  };
}

function ageOf(name: string, value: string): number {
  const days = /^(\d+)d$/.exec(value)?.[1];
  const ms = days === undefined ? parseDurationMs(value) : Number(days) * DAY_MS;
  if (ms !== undefined && ms >= DAY_MS / 24 && ms <= 3650 * DAY_MS) return ms;
  throw new UsageError(`${FLAG}: ${name}=${value} is no time from an hour to ten years`, {
    hint: `for example ${name}=36h or ${name}=14d`,
  });
}

function bytesOf(value: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(MB|GB|TB)$/.exec(value) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (bytes >= 100 * 1024 ** 2) return Math.round(bytes);
  throw new UsageError(`${FLAG}: size=${value} is no size of 100MB or more`, { hint: "for example size=20GB" });
}
