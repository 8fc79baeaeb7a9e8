import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { type FleetOfAgents, startFleetOfAgents } from "./ingest/fleet-of-agents.ts";
import { type MeshSize, NAMESPACE, nameOf, resourcesOf, seriesOf } from "./ingest/mesh-of-agents.ts";
import { readStored } from "./ingest/stored-sums.ts";
import { differencesOf } from "./ingest/sums.ts";
import { type PharosServer, startPharosServer } from "./pharos-server.ts";
import { cpuSeconds, rssMb } from "./process-usage.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const IDLE_SECONDS = 5;
const TOKENS_AT_ONCE = 16;
const DIFFERENCES_SHOWN = 10;

/** One for each service: what its agents are is in their certificate. */
async function makeTokens({ api, dir, xdsPort }: PharosServer, services: number): Promise<string> {
  const tokens: string[] = [];
  for (let from = 0; from < services; from += TOKENS_AT_ONCE) {
    const made = Array.from({ length: Math.min(TOKENS_AT_ONCE, services - from) }, async (_, index) => {
      const serviceAccount = nameOf(from + index);
      const server = `127.0.0.1:${xdsPort}`;
      const request = { namespace: NAMESPACE, serviceAccount, group: serviceAccount, ttlSeconds: 3600, server };
      return (await api.identity.createJoinToken.mutate(request)).token;
    });
    tokens.push(...(await Promise.all(made)));
  }
  const file = join(dir, "tokens");
  writeFileSync(file, `${tokens.join("\n")}\n`);
  return file;
}

interface Load {
  readonly cpuShare: number;
  readonly rssMbMax: number;
  readonly seconds: number;
}

/** CPU of the server over a time, as a share of one core, and its memory at its highest. */
async function watch(pid: number, seconds: number): Promise<Load> {
  const [cpu, startedMs] = [cpuSeconds(pid), performance.now()];
  let rssMbMax = 0;
  while (performance.now() - startedMs < seconds * 1000) {
    await delay(500);
    rssMbMax = Math.max(rssMbMax, rssMb(pid));
  }
  const took = (performance.now() - startedMs) / 1000;
  return { cpuShare: (cpuSeconds(pid) - cpu) / took, rssMbMax, seconds: took };
}

async function measure(server: PharosServer, fleet: FleetOfAgents, warm: number, seconds: number) {
  const idle = await watch(server.pid, IDLE_SECONDS);
  await fleet.start();
  await delay(warm * 1000);
  const before = await fleet.figures();
  const load = await watch(server.pid, seconds);
  const after = await fleet.figures();
  const each = (name: "rows" | "reports" | "requests" | "bytes"): number => (after[name] - before[name]) / load.seconds;
  return {
    idle,
    load,
    after,
    perSecond: { rows: each("rows"), reports: each("reports"), requests: each("requests"), bytes: each("bytes") },
  };
}

/**
 * Agents report to `pharos serve` over mTLS, each with the certificate of its service, at the pace that the server asks for: its CPU and
 * memory meanwhile; then it is ended, and its file is held against what it had acknowledged.
 */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { agents: "2000", replicas: "2", calls: "25", warm: "25", seconds: "60" });
  const [agents, replicas, calls] = [Number(values.agents), Number(values.replicas), Number(values.calls)];
  const size: MeshSize = { services: Math.ceil(agents / replicas), calls, replicas };
  if (2 * calls >= size.services)
    throw new Error(
      `--calls ${calls}: with ${size.services} services, each can call ${Math.ceil(size.services / 2) - 1} others at most`,
    );
  const say = (text: string): void => void process.stderr.write(`… ${text}\n`);
  say(`${size.services} services are written`);
  const server = await startPharosServer("ingest");
  let fleet: FleetOfAgents | undefined;
  try {
    server.apply(Array.from({ length: size.services }, (_, service) => resourcesOf(service)).flat());
    const tokens = await makeTokens(server, size.services);
    say(`${size.services * replicas} agents join`);
    fleet = await startFleetOfAgents(`127.0.0.1:${server.xdsPort}`, tokens, size);
    say(`they report for ${values.warm} s, and for ${values.seconds} s that are measured`);
    const { idle, load, after, perSecond } = await measure(server, fleet, Number(values.warm), Number(values.seconds));
    const told = await fleet.end();
    fleet.stop();
    await server.end();
    const stored = await readStored(server.data);
    const differences = differencesOf(told.sums, stored.sums, DIFFERENCES_SHOWN);
    const result = {
      agents: size.services * replicas,
      seriesTold: size.services * replicas * seriesOf(size),
      labelSets: stored.keys,
      seconds: load.seconds,
      reportsPerSecond: perSecond.reports,
      rowsPerSecond: perSecond.rows,
      requestsPerSecond: perSecond.requests,
      bytesPerSecond: perSecond.bytes,
      cpuShare: load.cpuShare,
      cpuShareIdle: idle.cpuShare,
      cpuMicrosPerRow: (load.cpuShare / perSecond.rows) * 1e6,
      rssMb: load.rssMbMax,
      rssMbIdle: idle.rssMbMax,
      answerMs: after.answerMs,
      requestsTold: told.requests,
      samplesTold: told.samples,
      samplesStored: stored.samples,
      requestsShaped: stored.shaped,
      troubles: told.troubles,
      differences,
    };
    printReport(values.output, result, {
      title: `${result.agents} agents of ${size.services} services over mTLS, each with ${seriesOf(size)} series, ${Math.round(load.seconds)} s`,
      sides: ["reporting", "connected"],
      rows: [
        {
          what: `${result.agents} agents × ${seriesOf(size)} series every ${WINDOW_MS / 1000} s: cores used`,
          values: [load.cpuShare, idle.cpuShare],
        },
        { what: "server memory (RSS), MB", values: [load.rssMbMax, idle.rssMbMax] },
        { what: "reports a second", values: [perSecond.reports] },
        { what: "rows of windows a second", values: [perSecond.rows] },
        { what: "CPU for a row, µs", values: [result.cpuMicrosPerRow] },
        { what: "KB a second", values: [perSecond.bytes / 1000] },
        { what: "an answer takes, median, ms", values: [after.answerMs.median] },
        { what: "an answer takes, 99 of 100, ms", values: [after.answerMs.p99] },
        { what: "sets of labels stored", values: [stored.keys] },
        { what: "requests told", values: [String(told.requests)] },
      ],
      notes: [
        differences.length === 0
          ? "What is stored is what was acknowledged, by time and by workload: requests, bytes, durations."
          : `STORED IS NOT WHAT WAS ACKNOWLEDGED:\n${differences.join("\n")}`,
        ...told.troubles,
      ],
    });
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    fleet?.stop();
    server.remove();
  }
}
