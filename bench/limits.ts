import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { mostInWindow } from "#core/rate-limit/testing/most-in-window.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { LimitFleet } from "#testing/limits/limit-fleet.ts";
import { SkewedLoad } from "#testing/limits/skewed-load.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";
import { measureMemory, measureOwner } from "./limits/owner-cost.ts";
import { provideRatelimit } from "./limits/provide-ratelimit.ts";
import { type RatelimitPeer, startPeer } from "./limits/ratelimit-peer.ts";
import { cpuSeconds } from "./process-usage.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const run_ = promisify(execFile);
/** More than any run asks for: what is measured is the asking. */
const PLENTY = 1_000_000;
/** Of each of two agents or replicas that share it. */
const SCARCE = 200;

const limit = (name: string, path: string, amount: number): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: ${name}, namespace: default }
spec:
  selector: { matchLabels: { app: api } }
  rules: [{ name: all, match: [{ to: [{ operation: { paths: ["${path}"] } }] }], limit: { amount: ${amount}, per: 1s } }]
`;
const LIMITS = `${limit("plenty", "/", PLENTY)}---${limit("scarce", "/scarce", SCARCE)}`;

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** Median over rounds of the percentiles of each, at each port; all of them are asked in the same seconds. */
async function measureLatency(ports: readonly number[], rate: number, seconds: number, rounds: number) {
  const found = new Map<number, Latency[]>(ports.map((port) => [port, []]));
  for (let round = 0; round < rounds; round += 1) {
    const args = [rate * ports.length, seconds, 64, ...ports].map(String);
    const { stdout } = await run_(process.execPath, [join(import.meta.dirname, "limits/open-loop.ts"), ...args], {
      maxBuffer: 1 << 28,
    });
    for (const [port, each] of Object.entries(JSON.parse(stdout) as Record<string, number[]>)) {
      const sorted = each.toSorted((a, b) => a - b);
      const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
      found.get(Number(port))?.push({ p50: at(0.5), p99: at(0.99), count: sorted.length });
    }
  }
  return found;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** By how much a percentile is more at one port than at another, round by round: the median. */
const added = (limited: readonly Latency[], free: readonly Latency[], of: "p50" | "p99"): number =>
  median(limited.map((each, round) => each[of] - (free[round]?.[of] ?? Number.NaN)));

/** What is admitted of too much at both of two proxies: the most in a window of a second, and in all, as parts of what there is. */
async function measureAccuracy(fleet: LimitFleet, ports: readonly number[], path: string, seconds: number) {
  const loads = ports.map((port) => new SkewedLoad(port, 12, 20, {}, path));
  await delay(2000);
  fleet.app.admitted.splice(0);
  const from = performance.now();
  await delay(seconds * 1000);
  const until = performance.now();
  await Promise.all(loads.map((load) => load.stop()));
  const own = fleet.app.admitted.splice(0).filter(({ seenMs }) => seenMs >= from && seenMs < until);
  return { worst: mostInWindow(own, 1000) / SCARCE, given: own.length / ((SCARCE * (until - from)) / 1000) };
}

/** Limits on the path of requests, at their owner, and beside envoyproxy/ratelimit with Redis on the same load. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { rate: "2000", seconds: "4", rounds: "7" });
  const [rate, seconds, rounds] = [Number(values.rate), Number(values.seconds), Number(values.rounds)];
  const cleanup = new Cleanup();
  try {
    const memory = measureMemory();
    const owner = [measureOwner(1, seconds), measureOwner(100, seconds)];
    const fleet = await LimitFleet.open(cleanup, 3, LIMITS, 2);
    const [first, second, free] = fleet.members.map(({ port }) => port);
    if (first === undefined || second === undefined || free === undefined) throw new Error("three agents were started");
    await eventually("the free one answers", async () => (await fetch(`http://127.0.0.1:${free}/`)).ok || undefined);
    const provided = await provideRatelimit();
    const peer: RatelimitPeer | undefined =
      "missing" in provided
        ? undefined
        : await startPeer(
            cleanup,
            { ratelimit: provided.path, envoy: await findTestEnvoy() },
            { size: 2, amount: SCARCE, plenty: PLENTY, appPort: fleet.app.port },
          );
    const [agent = 0, , freeAgent = 0] = fleet.members.map(({ process: { pid } }) => pid);
    const cpuOf = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const sum = (all: readonly Latency[]): number => all.reduce((count, each) => count + each.count, 0);
    /** `besides`: what takes the same requests without limits, whose CPU is not that of decisions. */
    const compare = async (
      limited: number,
      without: number,
      pids: readonly number[],
      besides: readonly number[] = [],
    ) => {
      await measureLatency([limited, without], rate, 1, 1);
      const before = [cpuOf(pids), cpuOf(besides)] as const;
      const found = await measureLatency([limited, without], rate, seconds, rounds);
      const [a, b] = [found.get(limited) ?? [], found.get(without) ?? []];
      const cpu = (cpuOf(pids) - before[0]) / sum(a) - (cpuOf(besides) - before[1]) / sum(b);
      return {
        addedP50Ms: added(a, b, "p50"),
        addedP99Ms: added(a, b, "p99"),
        p50Ms: median(a.map(({ p50 }) => p50)),
        p99Ms: median(a.map(({ p99 }) => p99)),
        requestsPerSecond: sum(a) / (seconds * rounds),
        cpuMicros: cpu * 1e6,
      };
    };
    const pharos = {
      ...(await compare(first, free, [agent], [freeAgent])),
      ...(await measureAccuracy(fleet, [first, second], "/scarce", 2 * seconds)),
    };
    const other =
      peer === undefined
        ? undefined
        : {
            ...(await compare(peer.ports[0] ?? 0, peer.plainPort, [peer.pids.services[0] ?? 0, peer.pids.redis])),
            ...(await measureAccuracy(fleet, peer.ports, "/scarce", 2 * seconds)),
          };
    const floor = peer && {
      ...(await compare(peer.nothingPort, peer.plainPort, [peer.pids.nothing])),
      ...{ worst: Number.NaN, given: Number.NaN },
    };
    const row = (what: string, of: (each: typeof pharos) => string) => ({
      what,
      values: [pharos, other, floor].map((each) => {
        const value = each === undefined ? undefined : of(each);
        return value === "NaN" ? undefined : value;
      }),
    });
    printReport(
      values.output,
      { rate, memory, owner, pharos, ratelimit: other ?? provided, floor },
      {
        title: `limits at ${rate} requests/s`,
        sides: ["Pharos", "ratelimit + Redis", "asking alone"],
        rows: [
          row("added p50, ms", ({ addedP50Ms }) => addedP50Ms.toFixed(3)),
          row("added p99, ms", ({ addedP99Ms }) => addedP99Ms.toFixed(3)),
          row("p50 with limits, ms", ({ p50Ms }) => p50Ms.toFixed(3)),
          row("p99 with limits, ms", ({ p99Ms }) => p99Ms.toFixed(3)),
          row("requests/s", ({ requestsPerSecond }) => requestsPerSecond.toFixed(0)),
          row("CPU per decision, µs", ({ cpuMicros }) => cpuMicros.toFixed(1)),
          row("worst window of 1 s, of the amount", ({ worst }) => worst.toFixed(4)),
          row("given, of what there was", ({ given }) => given.toFixed(4)),
        ],
        notes: [
          ...("missing" in provided
            ? [`envoyproxy/ratelimit was not compared with: ${provided.missing}`]
            : [`envoyproxy/ratelimit ${provided.version}`]),
          `100,000 live keys: ${memory.ownerMb.toFixed(1)} MB at the owner, ${memory.agentMb.toFixed(1)} MB at an agent`,
          ...owner.map(
            ({ perMessage, perSecond }) =>
              `one owner: ${perSecond.toFixed(0)} draws/s, ${perMessage} in a message, each on its disk before it is answered`,
          ),
          "asking alone: a service that lets all through at once, in Node over a Unix socket",
          "CPU per decision: of the agent, besides what one without limits takes for a request; of ratelimit and Redis. Worst window: what is known to have been admitted within one.",
        ],
      },
    );
  } finally {
    await cleanup.run();
  }
}
