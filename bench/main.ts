// `npm run bench -- NAME [flags] [-o json]`: each benchmark measures Pharos and a peer in the same run.

import { FlagUsage } from "./read-flags.ts";

export interface Benchmark {
  /** Runs with the flags after its name; prints a table, or JSON when asked. */
  run(args: readonly string[]): Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, { readonly what: string; readonly load: () => Promise<Benchmark> }>> = {
  xds: { what: "full sync, one edit and reconnect of a fleet (--clients, --services)", load: () => import("./xds.ts") },
  graph: {
    what: "graph query over an hour, a day and a week of telemetry (--services, --edges)",
    load: () => import("./graph.ts"),
  },
  ingest: {
    what: "agents that report: the server's CPU and memory, and whether all is stored (--agents, --replicas, --calls, --seconds)",
    load: () => import("./ingest.ts"),
  },
  store: {
    what: "bytes stored, graph, charts, requests and PromQL as data grows, beside a real Prometheus (--edges, --minutes, --times)",
    load: () => import("./store.ts"),
  },
  promql: { what: "PromQL over an hour, beside a real Prometheus (--series)", load: () => import("./promql.ts") },
  fold: { what: "agent CPU per 1,000 requests a second", load: () => import("./fold.ts") },
  check: { what: "validating and analyzing a directory (--resources)", load: () => import("./check.ts") },
  simulate: {
    what: "one request decided, beside asking an Envoy (--services, --requests)",
    load: () => import("./simulate.ts"),
  },
  limits: {
    what: "limits on the path of requests and at their owner, beside envoyproxy/ratelimit with Redis (--rate)",
    load: () => import("./limits.ts"),
  },
  "limits-contract": {
    what: "what limits let through while agents and owner are killed and cut off (--agents, --seconds, --kills)",
    load: () => import("./limits-contract.ts"),
  },
  "trace-page": {
    what: "frames while a large trace scrolls in a browser, beside plain text (--spans)",
    load: () => import("./trace-page.ts"),
  },
  dataplane: {
    what: "CPU per request through two Envoys with Pharos' configuration, and with a minimal one",
    load: () => import("./dataplane.ts"),
  },
  guarded: {
    what: "the same with a token to check and a policy (--no-guard: without), in turns; needs wrk",
    load: () => import("./guarded.ts"),
  },
};

const [name = "", ...args] = process.argv.slice(2);
const chosen = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (chosen === undefined) {
  const isAsked = name === "--help" || name === "-h";
  const problem = isAsked || name === "" ? "" : `there is no benchmark ${name}\n\n`;
  const names = Object.entries(BENCHMARKS).map(([each, { what }]) => `  ${each.padEnd(15)} ${what}`);
  tell(isAsked, `${problem}usage: npm run bench -- NAME [flags] [-o json]\n\n${names.join("\n")}\n`);
} else
  try {
    await (await chosen.load()).run(args);
  } catch (error) {
    if (!(error instanceof FlagUsage)) throw error;
    const { problem, message } = error;
    const words = problem === undefined ? "" : `${problem}\n\n`;
    tell(problem === undefined, `${words}usage: npm run bench -- ${name} [flags]\n  ${chosen.what}\n\n${message}\n`);
  }

/** To who asked for it, or who asked for what there is not. */
function tell(isAsked: boolean, text: string): void {
  (isAsked ? process.stdout : process.stderr).write(text);
  process.exitCode = isAsked ? 0 : 2;
}
