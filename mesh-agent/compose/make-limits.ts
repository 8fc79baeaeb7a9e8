import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { LimitThread } from "#mesh-agent/limits/limit-thread.ts";
import { readRouteLimits } from "#mesh-agent/limits/read-route-limits.ts";
import type { LimitStats } from "#mesh-agent/limits/thread-protocol.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import type { Logger } from "#node/log.ts";

export interface Limits {
  stats(): Promise<LimitStats>;
  /** Resolves when Envoy is answered: before it hears of routes with limits. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Decides what of Envoy's requests limits let through; not listening yet. */
export function makeLimits(
  config: AgentConfig,
  paths: Pick<AgentPaths, "limitMembers" | "limitJournals" | "limitsSocket">,
  { uplink, cache }: { readonly uplink: Uplink; readonly cache: DiskCache },
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
    log,
  });
  cache.onCommit(({ type, upserts, removes, keepOnly }) => {
    if (type === TYPE_URLS.RDS) thread.follow({ upserts: upserts.map(readRouteLimits), removes, keepOnly });
  });
  uplink.onChange(({ kind }) => thread.hearUplink(kind === "up"));
  return {
    stats: () => thread.stats(),
    listen: () => thread.start(),
    close: () => thread.close(),
  };
}
