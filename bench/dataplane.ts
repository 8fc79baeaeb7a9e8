import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Demo, eventually, root, startDemo } from "../e2e/fixtures/demo.ts";
import { choosePorts } from "../programs/demo/ports.ts";
import { minimalEnvoy } from "./dataplane/minimal-pair.ts";
import { readFlags } from "./read-flags.ts";

const run_ = promisify(execFile);
const TICKS_PER_SECOND = 100;

/** User and system CPU of a process so far, in seconds (Linux). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

interface Path {
  readonly name: string;
  readonly port: number;
  readonly requestPath: string;
  readonly pids: readonly [client: number, server: number];
}

interface Sample {
  readonly requestsPerSecond: number;
  readonly clientMicros: number;
  readonly serverMicros: number;
}

async function measure(path: Path, connections: number, seconds: number): Promise<Sample> {
  const before = path.pids.map(cpuSeconds);
  const { stdout } = await run_(process.execPath, [
    join(root, "bench/dataplane/closed-loop.ts"),
    String(path.port),
    "ratings:9080",
    path.requestPath,
    String(connections),
    String(seconds),
  ]);
  const after = path.pids.map(cpuSeconds);
  const result = JSON.parse(stdout) as { requests: number; failures: number; seconds: number };
  if (result.failures > 0 || result.requests === 0)
    throw new Error(`${path.name}: ${result.failures} of ${result.requests} requests failed`);
  const micros = (index: 0 | 1): number => (((after[index] ?? 0) - (before[index] ?? 0)) / result.requests) * 1e6;
  return { requestsPerSecond: result.requests / result.seconds, clientMicros: micros(0), serverMicros: micros(1) };
}

const totalOf = ({ clientMicros, serverMicros }: Sample): number => clientMicros + serverMicros;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Row {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly clientMicros: number;
  readonly serverMicros: number;
}

interface Result {
  /** Percent of requests that Pharos' proxies trace. */
  readonly traceSampling: number;
  readonly rows: readonly Row[];
  /** Pharos' CPU per request over the minimal pair's: the median of the rounds, each of which measures both. */
  readonly cpuRatio: number;
  /** That over the first sampling's: the median of the rounds, each of which measures all. */
  readonly ratioToFirst: number;
}

/** Answers once all proxies have it. */
function trace(demo: Demo, percent: number): void {
  const tracing = percent === 0 ? { disableSpanReporting: true } : { randomSamplingPercentage: percent };
  const file = join(demo.dir, "bench-tracing.yaml");
  const metadata = { name: "default", namespace: "istio-system" };
  const spec = { tracing: [tracing] };
  writeFileSync(file, JSON.stringify({ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata, spec }));
  const { status, stderr } = demo.pharos("apply", "-f", file);
  if (status !== 0) throw new Error(`${percent} % could not be applied: ${stderr}`);
}

/** Measures both pairs side by side, with the proxies of a demo that trace so many percent of requests, in turns. */
async function compare(
  samplings: readonly number[],
  connections: number,
  seconds: number,
  rounds: number,
): Promise<Result[]> {
  const demo = await startDemo(["--rate", "0"]);
  const children: ReturnType<typeof spawn>[] = [];
  try {
    const ports = JSON.parse(readFileSync(join(demo.dir, "ports.json"), "utf8")) as Record<string, number>;
    const pids = demo.pids();
    const { client, server } = await choosePorts(["client", "server"], join(demo.dir, "bench-ports.json"));
    const made = demo.pharos("token", "create", "--service-account", "bench");
    const joined = demo.pharos("join", "--token", made.stdout.trim(), "--out", join(demo.dir, "bench"));
    if (joined.status !== 0) throw new Error(`pharos join failed: ${joined.stderr}`);
    const identity = {
      cert: join(demo.dir, "bench/cert-chain.pem"),
      key: join(demo.dir, "bench/key.pem"),
      roots: join(demo.dir, "bench/root-cert.pem"),
    };
    const envoy = readFileSync(`/proc/${pids["ratings-v1.envoy"]}/cmdline`, "utf8").split("\0")[0] ?? "envoy";
    const start = (name: string, listen: number, upstream: number, side: "Downstream" | "Upstream"): number => {
      const file = join(demo.dir, `${name}.json`);
      writeFileSync(file, JSON.stringify(minimalEnvoy(demo.dir, name, listen, upstream, identity, side)));
      const child = spawn(envoy, ["-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"], {
        stdio: "inherit",
      });
      children.push(child);
      return child.pid ?? 0;
    };
    const app = ports["ratings-v1.app"] ?? 0;
    const minimal: Path = {
      name: "minimal pair",
      port: client ?? 0,
      requestPath: "/ratings/0",
      pids: [
        start("minimal-client", client ?? 0, server ?? 0, "Upstream"),
        start("minimal-server", server ?? 0, app, "Downstream"),
      ],
    };
    const pharos: Path = {
      name: "Pharos",
      port: ports["reviews-v3.proxy"] ?? 0,
      requestPath: "http://ratings:9080/ratings/0",
      pids: [pids["reviews-v3.envoy"] ?? 0, pids["ratings-v1.envoy"] ?? 0],
    };
    await eventually("the minimal pair answers", 15_000, async () =>
      (await fetch(`http://127.0.0.1:${client}/ratings/0`)).ok ? true : undefined,
    );
    const paths = [minimal, pharos] as const;
    const measured: (readonly [minimal: Sample, pharos: Sample])[][] = samplings.map(() => []);
    // The first round warms all.
    for (let round = 0; round <= rounds; round += 1)
      for (const [index, percent] of samplings.entries()) {
        trace(demo, percent);
        for (const path of paths) await measure(path, connections, 0.3);
        // Both at once, so that whatever else the machine does weighs on both alike.
        const [ofMinimal, ofPharos] = await Promise.all(paths.map((path) => measure(path, connections, seconds)));
        if (round > 0 && ofMinimal && ofPharos) measured[index]?.push([ofMinimal, ofPharos]);
      }
    const ratios = measured.map((each) => each.map(([peer, own]) => totalOf(own) / totalOf(peer)));
    return samplings.map((traceSampling, index) => ({
      traceSampling,
      rows: paths.map(({ name }, side) => {
        const samples = (measured[index] ?? []).flatMap((pair) => pair[side] ?? []);
        return {
          name,
          requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
          clientMicros: median(samples.map((sample) => sample.clientMicros)),
          serverMicros: median(samples.map((sample) => sample.serverMicros)),
        };
      }),
      cpuRatio: median(ratios[index] ?? []),
      ratioToFirst: median((ratios[index] ?? []).map((ratio, round) => ratio / (ratios[0]?.[round] ?? Number.NaN))),
    }));
  } finally {
    for (const child of children) child.kill("SIGTERM");
    demo.stop();
  }
}

/** CPU per request through a client's and a server's Envoy over mTLS: as Pharos configures them, and a minimal pair. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { connections: "16", seconds: "2", rounds: "25", "trace-sampling": "0,1" });
  const results = await compare(
    values["trace-sampling"].split(",").map(Number),
    Number(values.connections),
    Number(values.seconds),
    Number(values.rounds),
  );
  if (values.output === "json") {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  for (const { traceSampling, rows, cpuRatio, ratioToFirst } of results) {
    process.stdout.write(`${traceSampling} % of requests traced\n`);
    for (const row of rows)
      process.stdout.write(
        `  ${row.name.padEnd(14)} ${row.requestsPerSecond.toFixed(0).padStart(6)} requests/s   ${row.clientMicros.toFixed(1)} + ${row.serverMicros.toFixed(1)} µs CPU per request\n`,
      );
    process.stdout.write(`  ratio of CPU per request: ${cpuRatio.toFixed(3)}\n`);
    if (traceSampling !== results[0]?.traceSampling)
      process.stdout.write(
        `  over that with ${results[0]?.traceSampling} % traced, in the same rounds: ${ratioToFirst.toFixed(3)}\n`,
      );
  }
}
