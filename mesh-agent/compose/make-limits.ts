import { randomUUID } from "node:crypto";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { FormerRuns } from "#mesh-agent/limits/former-runs.ts";
import { LeaseClient } from "#mesh-agent/limits/lease-client.ts";
import { LimitJournal } from "#mesh-agent/limits/limit-journal.ts";
import { LimitMembers } from "#mesh-agent/limits/limit-members.ts";
import { LimitServer } from "#mesh-agent/limits/limit-server.ts";
import { LimitSets } from "#mesh-agent/limits/limit-sets.ts";
import { Limiter } from "#mesh-agent/limits/limiter.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import type { Logger } from "#node/log.ts";

/** How long an owner that is there may take to answer: shorter than Envoy waits for its agent. */
const PATIENCE_MS = 2000;
const RETRY_MS = 100;
const TICK_MS = 5;
/** Of all limits together. */
const KEYS_MAX = 200_000;

export interface LimitStats {
  /** Buckets that are known. */
  readonly keys: number;
  /** Draws that did not reach the owner, in messages. */
  readonly failures: number;
  /** Requests by `NAMESPACE/NAME RULE`, also of rules that are only tried. */
  readonly admitted: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

export interface Limits {
  readonly server: LimitServer;
  stats(): LimitStats;
  listen(socketPath: string): Promise<void>;
  close(): Promise<void>;
}

/** Decides what of Envoy's requests limits let through; not listening yet. */
export function makeLimits(
  config: AgentConfig,
  paths: Pick<AgentPaths, "limitMembers" | "limitJournals">,
  { uplink, cache }: { readonly uplink: Uplink; readonly cache: DiskCache },
  log: Logger,
): Limits {
  const run = randomUUID();
  const sets = new LimitSets(cache.list(TYPE_URLS.RDS));
  cache.onCommit(sets.follow);
  const leases = new LeaseClient({
    instance: `${config.namespace}/${config.name}`,
    run,
    call: (path, request, timeoutMs) => uplink.unary(path, request, timeoutMs),
    onGrants: (grants) => limiter.answer(grants),
  });
  const members = new LimitMembers(paths.limitMembers, log);
  const journal = new LimitJournal(paths.limitJournals, run, log);
  const former = new FormerRuns({
    ...{ dir: paths.limitJournals, run, instance: `${config.namespace}/${config.name}`, log },
    call: (path, request, timeoutMs) => uplink.unary(path, request, timeoutMs),
  });
  const limiter = new Limiter(
    {
      journal,
      agent: run,
      send: leases.send,
      retryMs: RETRY_MS,
      // Nobody waits for a control plane that is known to be away.
      get patienceMs() {
        return uplink.state.kind === "up" ? PATIENCE_MS : RETRY_MS;
      },
      keysMax: KEYS_MAX,
    },
    members,
  );
  const server = new LimitServer({ sets, limiter, log });
  let ticking: NodeJS.Timeout | undefined;
  // Where nothing is limited nothing wakes.
  limiter.onFirstKey = () => {
    ticking ??= setInterval(() => {
      limiter.tick();
      if (limiter.keys > 0) return;
      clearInterval(ticking);
      ticking = undefined;
    }, TICK_MS).unref();
  };
  return {
    server,
    stats: () => ({
      keys: limiter.keys,
      failures: leases.failures,
      admitted: server.admitted,
      refused: server.refused,
    }),
    async listen(socketPath) {
      await server.listen(socketPath);
      former.start();
    },
    async close() {
      clearInterval(ticking);
      former.close();
      await server.close();
      journal.close();
    },
  };
}
