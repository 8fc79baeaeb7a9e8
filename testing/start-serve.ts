import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../programs/pharos.ts");
const START_MS = 80_000;

export interface Serve {
  readonly dir: string;
  /** Another one after a restart. */
  readonly url: string;
  /** What it has written since it started. */
  log(): string;
  restart(): Promise<void>;
  /** As kill -9 does. */
  kill(): Promise<void>;
  /** Ends it as an operator does and removes its directory. */
  stop(): Promise<void>;
}

/** Makes every clock of a process, and of its threads, so many ms ahead. */
const shiftClock = (ms: number): string => `
  const Clock = globalThis.Date;
  globalThis.Date = class Date extends Clock {
    constructor(...parts) { parts.length === 0 ? super(Clock.now() + ${ms}) : super(...parts); }
    // Its own, as Next copies the constructor with what is its own.
    static UTC = Clock.UTC;
    static parse = Clock.parse;
    static now() { return Clock.now() + ${ms}; }
  };`;

export interface ServeOptions {
  readonly console?: boolean;
  /** What its clock is ahead of this machine's, in ms. */
  readonly clockAheadMs?: number;
  /** Its data directory, which is left where it is; one of its own otherwise, which goes when it ends. */
  readonly dir?: string;
  /** What is put before the command: where it runs. */
  readonly enter?: readonly string[];
  /** More of its arguments. */
  readonly args?: readonly string[];
}

/**
 * `pharos serve` as a process of its own on ports the system chooses, without the console unless it is wanted. Its environment says nothing of
 * a test: better-auth turns its checks off where one does.
 */
export async function startServe({
  console = false,
  clockAheadMs = 0,
  dir: given,
  enter = [],
  args: more = [],
}: ServeOptions = {}): Promise<Serve> {
  const dir = given ?? mkdtempSync(join(tmpdir(), "pharos-serve-"));
  const clock =
    clockAheadMs === 0 ? [] : ["--import", `data:text/javascript,${encodeURIComponent(shiftClock(clockAheadMs))}`];
  const args = [
    ...clock,
    MAIN,
    "serve",
    ...(console ? [] : ["--no-console"]),
    "--dir",
    dir,
    "--port",
    "0",
    "--xds-port",
    "0",
    ...["--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0"],
    ...more,
  ];
  let child: ChildProcess | undefined;
  let text = "";
  let url = "";

  async function end(): Promise<void> {
    await signal("SIGTERM");
  }

  async function signal(name: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child?.once("exit", done));
    child.kill(name);
    await ended;
  }

  async function start(): Promise<void> {
    const env = { PATH: process.env.PATH, NODE_ENV: "production" } as const;
    const [command = "", ...rest] = [...enter, process.execPath, ...args];
    const started = spawn(command, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    const closed = new Promise((done) => started.once("close", done));
    text = "";
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
    const deadline = Date.now() + START_MS;
    while (!text.includes('"pharos serves"')) {
      // What it said of its end may come after it.
      if (started.exitCode !== null) await closed;
      if (started.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${text}`);
      await new Promise((done) => setTimeout(done, 50));
    }
    url = (JSON.parse(readFileSync(join(dir, "server.json"), "utf8")) as { console: string }).console;
  }

  const stop = async (): Promise<void> => {
    await end();
    if (given === undefined) rmSync(dir, { recursive: true, force: true });
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    dir,
    get url() {
      return url;
    },
    log: () => text,
    restart: async () => {
      await end();
      await start();
    },
    kill: () => signal("SIGKILL"),
    stop,
  };
}
