import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { type DemoOptions, runDemo } from "#cli/demo/run.ts";
import { belongsTo, readState, writeState } from "#cli/demo/state.ts";
import { stopDemo } from "#cli/demo/stop.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure } from "#cli/failure.ts";
import { integerFlag, numberFlag } from "#cli/number.ts";
import { PharosError } from "#core/errors.ts";

interface DemoFlags {
  readonly port: string;
  readonly xdsPort: string;
  readonly gatewayPort: string;
  readonly rate: string;
  readonly dir: string;
  readonly serverRestartSeconds: string;
  readonly certTtl?: string;
  readonly traceSampling: string;
  readonly detach?: boolean;
  readonly stop?: boolean;
}

const root = resolve(import.meta.dirname, "..");

function parseOptions(flags: DemoFlags): DemoOptions {
  return {
    dir: resolve(flags.dir),
    root,
    port: integerFlag(flags.port, "--port", 1, 65_535),
    xdsPort: integerFlag(flags.xdsPort, "--xds-port", 1, 65_535),
    gatewayPort: integerFlag(flags.gatewayPort, "--gateway-port", 1, 65_535),
    rate: integerFlag(flags.rate, "--rate", 0, 1000),
    serverRestartSeconds: integerFlag(flags.serverRestartSeconds, "--server-restart-seconds", 0, 600),
    certTtl: flags.certTtl,
    traceSampling: numberFlag(flags.traceSampling, "--trace-sampling", 0, 100),
  };
}

/** Starts the demo in a process of its own and returns once it is live, showing the other's progress meanwhile. */
async function detach(dir: string): Promise<number> {
  mkdirSync(dir, { recursive: true });
  rmSync(join(dir, "demo.json"), { force: true });
  const logFile = join(dir, "demo.log");
  rmSync(logFile, { force: true });
  const log = openSync(logFile, "a");
  const args = process.argv.slice(1).filter((argument) => argument !== "--detach");
  const child = spawn(process.execPath, args, { stdio: ["ignore", log, log], detached: true, env: process.env });
  child.unref();
  let ended: number | null = null;
  child.once("exit", (code) => {
    ended = code ?? EXIT.internal;
  });
  let shown = 0;
  for (;;) {
    const text = readFileSync(logFile, "utf8");
    process.stdout.write(text.slice(shown));
    shown = text.length;
    if (ended !== null) return ended;
    if (readState(dir)?.live) return EXIT.ok;
    await delay(100);
  }
}

async function run(flags: DemoFlags): Promise<number> {
  const options = parseOptions(flags);
  const { dir } = options;
  if (flags.stop) {
    process.stdout.write(`${await stopDemo(dir)}\n`);
    return EXIT.ok;
  }
  const earlier = readState(dir);
  if (earlier?.pids.supervisor !== undefined && belongsTo(earlier.pids.supervisor, dir)) {
    throw new PharosError("conflict", `a demo already runs in ${dir}: ${earlier.console}`, {
      hint: "end it with `npm run demo -- --stop`, or choose another --dir and --port",
    });
  }
  process.env.PHAROS_DEMO_DIR = dir;
  if (flags.detach) return detach(dir);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    await runDemo(options, stop.signal, say);
  } catch (error) {
    if (!stop.signal.aborted) {
      const known = PharosError.from(error);
      writeState(dir, {
        console: `http://127.0.0.1:${options.port}`,
        gateway: "",
        pids: {},
        live: false,
        error: known.toString(),
      });
      throw known;
    }
  }
  rmSync(join(dir, "demo.json"), { force: true });
  return EXIT.ok;
}

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("the whole product on this machine: control plane, console, and a mesh with real traffic")
    .option("--port <port>", "console", "20001")
    .option("--xds-port <port>", "xDS and certificates", "15012")
    .option("--gateway-port <port>", "ingress gateway", "18080")
    .option("--rate <n>", "requests a second through the gateway; 0: none", "20")
    .option("--dir <dir>", "where it keeps everything", ".demo")
    .option("--cert-ttl <duration>", "life of workload certificates")
    .option("--trace-sampling <percent>", "share of requests traced", "100")
    .option("--server-restart-seconds <n>", "a killed control plane is started again after so long", "1")
    .option("--detach", "return once it is live")
    .option("--stop", "end the demo of --dir")
    .action(async (flags: DemoFlags) => {
      try {
        process.exitCode = await run(flags);
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}
