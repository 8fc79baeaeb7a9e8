import { randomUUID } from "node:crypto";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { FormerRuns } from "#mesh-agent/limits/former-runs.ts";
import { LeaseClient } from "#mesh-agent/limits/lease-client.ts";
import { LimitJournal, readStreams } from "#mesh-agent/limits/limit-journal.ts";
import { LimitMembers } from "#mesh-agent/limits/limit-members.ts";
import { LimitServer } from "#mesh-agent/limits/limit-server.ts";
import { LimitSets } from "#mesh-agent/limits/limit-sets.ts";
import { Limiter } from "#mesh-agent/limits/limiter.ts";
import type { RoutesChange } from "#mesh-agent/limits/read-route-limits.ts";
import type { LimitStats, LimitThreadData } from "#mesh-agent/limits/thread-protocol.ts";
import type { Logger } from "#node/log.ts";

/** How long an owner that is there may take to answer: shorter than Envoy waits for its agent. */
const PATIENCE_MS = 2000;
const RETRY_MS = 100;
const TICK_MS = 5;
/** Of all limits together. */
const KEYS_MAX = 200_000;

export interface DecidedLimits {
  follow(change: RoutesChange): void;
  hearUplink(isUp: boolean): void;
  hearStreams(streams: readonly LastingStream[]): void;
  hearEnvoy(): void;
  stats(): LimitStats;
  listen(socketPath: string): Promise<void>;
  close(): Promise<void>;
}

/** Decides what of Envoy's requests limits let through, as one run; not listening yet. `call` asks the control plane. */
export function decideLimits(
  data: Omit<LimitThreadData, "socketPath">,
  call: (path: string, request: Uint8Array, timeoutMs: number) => Promise<Uint8Array>,
  log: Logger,
): DecidedLimits {
  const { instance, journalsDir, membersFile } = data;
  const run = randomUUID();
  let { isUp } = data;
  const sets = new LimitSets(data.routes);
  const members = new LimitMembers(membersFile, log);
  const journal = new LimitJournal(journalsDir, run, log);
  const former = new FormerRuns({ dir: journalsDir, run, instance, log, call });
  const leases = new LeaseClient({
    ...{ instance, run, goesOnFrom: former.runs, call, log },
    onGrants: (grants) => limiter.answer(grants),
  });
  const limiter = new Limiter(
    {
      journal,
      agent: run,
      send: leases.send,
      retryMs: RETRY_MS,
      // Nobody waits for a control plane that is known to be away.
      get patienceMs() {
        return isUp ? PATIENCE_MS : RETRY_MS;
      },
      keysMax: KEYS_MAX,
    },
    members,
  );
  const server = new LimitServer({ sets, limiter, journal, log });
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
    follow: (change) => sets.follow(change),
    hearUplink(now) {
      isUp = now;
    },
    hearStreams: (streams) => server.hearStreams(streams),
    hearEnvoy: () => server.hearEnvoy(),
    stats: () => ({
      keys: limiter.keys,
      failures: leases.failures,
      counts: server.counts,
    }),
    async listen(socketPath) {
      server.resume(readStreams(former.files));
      if (!journal.isFailing) former.dropStreams();
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
