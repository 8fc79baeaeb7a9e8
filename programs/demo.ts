import { spawn } from "node:child_process";
import { accessSync, constants as fsConstants, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure } from "#cli/failure.ts";
import { integerFlag, numberFlag } from "#cli/number.ts";
import { PharosError } from "#core/errors.ts";
import { type DemoOptions, runDemo } from "#programs/demo/run.ts";
import { findSupervisor, readState, writeState } from "#programs/demo/state.ts";
import { endLeftovers, stopDemo } from "#programs/demo/stop.ts";

interface DemoFlags {
  readonly port: string;
  readonly xdsPort?: string;
  readonly gatewayPort?: string;
  readonly rate: string;
  readonly dir: string;
  readonly serverRestartSeconds: string;
  readonly certTtl?: string;
  readonly traceSampling: string;
  readonly detach?: boolean;
  readonly stop?: boolean;
}

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const root = resolve(import.meta.dirname, "..");

function parseOptions(flags: DemoFlags): DemoOptions {
  return {
    dir: resolve(flags.dir),
    root,
    program: resolve(process.argv[1] ?? ""),
    port: integerFlag(flags.port, "--port", 1, 65_535),
    xdsPort: flags.xdsPort === undefined ? undefined : integerFlag(flags.xdsPort, "--xds-port", 1, 65_535),
    gatewayPort:
      flags.gatewayPort === undefined ? undefined : integerFlag(flags.gatewayPort, "--gateway-port", 1, 65_535),
    rate: integerFlag(flags.rate, "--rate", 0, 1000),
    serverRestartSeconds: integerFlag(flags.serverRestartSeconds, "--server-restart-seconds", 0, 600),
    certTtl: flags.certTtl,
    traceSampling: numberFlag(flags.traceSampling, "--trace-sampling", 0, 100),
  };
}

/** Starts the demo in a process of its own and returns once it is live, showing the other's progress meanwhile. */
async function detach(dir: string): Promise<number> {
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
  child.once("error", () => {
    ended = EXIT.internal;
  });
  // Until it is live it is this command's; who interrupts it wants no demo.
  let interrupted: number | undefined;
  for (const signal of STOP_SIGNALS)
    process.on(signal, () => {
      interrupted = 128 + constants.signals[signal];
      child.kill("SIGTERM");
    });
  let shown = 0;
  for (;;) {
    const text = readFileSync(logFile, "utf8");
    process.stdout.write(text.slice(shown));
    shown = text.length;
    if (ended !== null) return interrupted ?? ended;
    if (interrupted === undefined && readState(dir)?.live) return EXIT.ok;
    await delay(100);
  }
}

function openDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, fsConstants.W_OK);
  } catch (cause) {
    throw new PharosError("unavailable", `the demo cannot keep its files in ${dir}: ${(cause as Error).message}`, {
      hint: "name a directory of this user with --dir",
      cause,
    });
  }
}

async function run(flags: DemoFlags): Promise<number> {
  const options = parseOptions(flags);
  const { dir } = options;
  if (flags.stop) {
    process.stdout.write(`${await stopDemo(dir)}\n`);
    return EXIT.ok;
  }
  if (findSupervisor(dir) !== undefined) {
    throw new PharosError("conflict", `a demo already runs in ${dir}: ${readState(dir)?.console}`, {
      hint: `end it with \`npm run demo -- --stop${flags.dir === ".demo" ? "" : ` --dir ${flags.dir}`}\`, or choose another --dir and --port`,
    });
  }
  openDirectory(dir);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const left = await endLeftovers(dir, [process.pid]);
  if (left > 0) say(`✓ ended ${left} processes that an earlier demo left in ${dir}`);
  process.env.PHAROS_DEMO_DIR = dir;
  if (flags.detach) return detach(dir);
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop.abort());
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
    .option("--xds-port <port>", "xDS and certificates (default: 15012, or a free one)")
    .option("--gateway-port <port>", "ingress gateway (default: 18080, or a free one)")
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
