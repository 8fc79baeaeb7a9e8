import type { StartSettings, StatNames } from "#core/mesh-config/start-settings.ts";

/** What the host of an agent says itself, which wins. */
export interface OwnSettings {
  /** Undefined: not said. */
  readonly concurrency?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Host {
  readonly processors: number;
  /** What the agent itself was started with: Envoy has it too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** With what an Envoy is started in the end. */
export interface EnvoySettings {
  readonly concurrency: number;
  readonly drainSeconds: number;
  readonly flushMs: number;
  readonly flushKb: number;
  /** Beside the agent's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly runtime: Readonly<Record<string, string>>;
  readonly stats: StatNames;
}

const CONCURRENCY = 1;
/** Listener changes let old connections live so long; Istio's value. */
const LISTENER_DRAIN_SECONDS = 45;
/** Access-log lines reach the file, and so telemetry, at least this often. */
const FLUSH_MS = 250;
/** Envoy's own. */
const FLUSH_KB = 64;

/** What the control plane gave, where the host does not say otherwise; no more threads than the host has processors. */
export function settleSettings(given: StartSettings, own: OwnSettings, host: Host): EnvoySettings {
  const { concurrency = CONCURRENCY, drainSeconds, flushMs, flushKb, environment, runtime, stats } = given;
  return {
    concurrency: own.concurrency ?? (concurrency === 0 ? host.processors : Math.min(concurrency, host.processors)),
    drainSeconds: drainSeconds ?? LISTENER_DRAIN_SECONDS,
    flushMs: flushMs ?? FLUSH_MS,
    flushKb: flushKb ?? FLUSH_KB,
    environment: {
      ...Object.fromEntries(Object.entries(environment).filter(([name]) => host.environment[name] === undefined)),
      ...own.environment,
    },
    runtime,
    stats,
  };
}

/** What of the settings that are given holds not, or not yet, and why: one sentence each. */
export function describeUnmet(
  running: StartSettings | undefined,
  next: StartSettings,
  own: OwnSettings,
  host: Host,
): readonly string[] {
  return [...describePending(running, next, own, host), ...describeOverruled(next, own, host)];
}

const WORDS = {
  concurrency: "concurrency",
  drainSeconds: "drainDuration, in seconds,",
  flushMs: "fileFlushInterval, in milliseconds,",
  flushKb: "fileFlushMinSizeKb",
} as const;

function describePending(
  running: StartSettings | undefined,
  next: StartSettings,
  own: OwnSettings,
  host: Host,
): readonly string[] {
  if (running === undefined) return [];
  const now = settleSettings(running, own, host);
  const then = settleSettings(next, own, host);
  const numbers = (Object.keys(WORDS) as (keyof typeof WORDS)[]).flatMap((name) =>
    now[name] === then[name] ? [] : [`${WORDS[name]} is ${now[name]} until envoy starts again, and then ${then[name]}`],
  );
  const maps = (["environment", "runtime"] as const).flatMap((name) => {
    const names = [...new Set([...Object.keys(now[name]), ...Object.keys(then[name])])];
    const others = names.filter((each) => now[name][each] !== then[name][each]).sort();
    return others.length === 0 ? [] : [`${name}: ${others.join(", ")} as set now only when envoy starts again`];
  });
  const isSame = JSON.stringify(now.stats) === JSON.stringify(then.stats);
  return [...numbers, ...maps, ...(isSame ? [] : ["proxyStatsMatcher as set now only when envoy starts again"])];
}

function describeOverruled(
  { concurrency, environment }: StartSettings,
  own: OwnSettings,
  host: Host,
): readonly string[] {
  const names = Object.keys(environment).filter(
    (name) => own.environment[name] !== undefined || host.environment[name] !== undefined,
  );
  return [
    ...(own.concurrency !== undefined && concurrency !== undefined && concurrency !== own.concurrency
      ? [`concurrency is ${own.concurrency} by its host's own configuration, and not ${concurrency}`]
      : []),
    ...(own.concurrency === undefined && (concurrency ?? 0) > host.processors
      ? [`concurrency is ${host.processors}, as many as its host has processors, and not ${concurrency}`]
      : []),
    ...(names.length === 0 ? [] : [`environment: ${names.sort().join(", ")} as its own host sets it`]),
  ];
}
