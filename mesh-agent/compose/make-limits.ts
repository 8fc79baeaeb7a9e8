import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { journalRuns } from "#mesh-agent/limits/limit-journal.ts";
import { LimitThread } from "#mesh-agent/limits/limit-thread.ts";
import { hasLimits, readRouteLimits } from "#mesh-agent/limits/read-route-limits.ts";
import type { LimitStats } from "#mesh-agent/limits/thread-protocol.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import type { Logger } from "#node/log.ts";

/** How long Envoy's configuration waits for who decides its limits: without, requests are as where the agent is away. */
const START_MS = 10_000;

export interface Limits {
  stats(): Promise<LimitStats>;
  /** Whether anything is limited, or was. */
  readonly isDeciding: boolean;
  /** How far requests have come that last, as often as Envoy says so. */
  hearStreams(streams: readonly LastingStream[]): void;
  /** Another Envoy was started: what the one before it served is over. */
  hearEnvoy(): void;
  /** Resolves when Envoy is answered, where it may ask: it has limits from before, or what former runs let through is to be told. */
  listen(): Promise<void>;
  /** Resolves when Envoy may be given these: it will ask of what has limits. Undefined where it may at once. */
  prepare(type: string, resources: readonly CachedResource[]): Promise<void> | undefined;
  close(): Promise<void>;
}

/**
 * Decides what of Envoy's requests limits let through, from the first limit on and for as long as the agent runs. Where there never was
 * one nobody listens at Envoy's cluster for it, and nothing asks.
 */
export function makeLimits(
  config: Pick<AgentConfig, "namespace" | "name">,
  paths: Pick<AgentPaths, "limitMembers" | "limitJournals" | "limitsSocket">,
  { uplink, cache }: { readonly uplink: Pick<Uplink, "state" | "onChange" | "unary">; readonly cache: DiskCache },
  log: Logger,
): Limits {
  const thread = new LimitThread({
    data: () => ({
      socketPath: paths.limitsSocket,
      membersFile: paths.limitMembers,
      journalsDir: paths.limitJournals,
      instance: `${config.namespace}/${config.name}`,
      routes: cache.list(TYPE_URLS.RDS).map(readRouteLimits),
      isUp: uplink.state.kind === "up",
    }),
    call: (path, request, timeoutMs) => uplink.unary(path, request, timeoutMs),
    handedOver: join(paths.limitJournals, "ends"),
    log,
  });
  // One that is started later reads what the cache has by then.
  cache.onCommit(({ type, upserts, removes, keepOnly }) => {
    if (type === TYPE_URLS.RDS && thread.isStarted)
      thread.follow({ upserts: upserts.map(readRouteLimits), removes, keepOnly });
  });
  uplink.onChange(({ kind }) => thread.hearUplink(kind === "up"));
  let isPrepared = false;
  let preparing: Promise<void> | undefined;
  const startForEnvoy = async (): Promise<void> => {
    // Where it cannot begin the log has said why.
    await Promise.race([thread.start().catch(() => undefined), delay(START_MS, undefined, { ref: false })]);
    isPrepared = true;
  };
  return {
    stats: () => thread.stats(),
    get isDeciding() {
      return thread.isStarted;
    },
    hearStreams: (streams) => thread.hearStreams(streams),
    hearEnvoy: () => thread.hearEnvoy(),
    async listen() {
      if (hasRuns(paths.limitJournals) || cache.list(TYPE_URLS.RDS).some(hasLimits)) await thread.start();
    },
    prepare(type, resources) {
      if (type !== TYPE_URLS.RDS || isPrepared || !resources.some(hasLimits)) return undefined;
      preparing ??= startForEnvoy();
      return preparing;
    },
    close: () => thread.close(),
  };
}

/** The thread tells of them, and of a directory that cannot be read. */
function hasRuns(dir: string): boolean {
  try {
    return journalRuns(dir).length > 0;
  } catch {
    return true;
  }
}
