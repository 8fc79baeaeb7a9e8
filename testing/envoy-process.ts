import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type AdminAnswer, AdminClient } from "#mesh-agent/envoy/admin-client.ts";

export interface EnvoyProcessOptions {
  /** The binary. */
  readonly envoy: string;
  /** Its own, where its files are. */
  readonly dir: string;
  /** Without its admin, which listens on a Unix socket in `dir`. */
  readonly bootstrap: Readonly<Record<string, unknown>>;
  /** Beside those that every test's Envoy has. */
  readonly flags?: readonly string[];
}

/** A machine that is busy lets it wait. */
const ADMIN_MS = 15_000;

/** One real Envoy, started by a test with one worker thread. Whoever starts it stops it. */
export class EnvoyProcess {
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #ended: Promise<void>;
  readonly #admin: AdminClient;

  constructor({ envoy, dir, bootstrap, flags = [] }: EnvoyProcessOptions) {
    this.#dir = dir;
    const socket = join(dir, "admin.sock");
    this.#admin = new AdminClient(socket);
    writeFileSync(
      join(dir, "envoy.json"),
      JSON.stringify({ ...bootstrap, admin: { address: { pipe: { path: socket } } } }),
    );
    const own = [
      "-c",
      "envoy.json",
      "--concurrency",
      "1",
      "--use-dynamic-base-id",
      "--log-path",
      "envoy.log",
      "-l",
      "warn",
      // By itself it keeps access logs for ten seconds.
      "--file-flush-interval-msec",
      "100",
    ];
    this.#child = spawn(envoy, [...own, ...flags], { stdio: "ignore", cwd: dir });
    this.#ended = new Promise((done) => this.#child.once("exit", () => done()).once("error", () => done()));
  }

  get log(): string {
    return readFileSync(join(this.#dir, "envoy.log"), "utf8");
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** A page of the admin interface. */
  get(path: string): Promise<AdminAnswer> {
    return this.#admin.get(path, ADMIN_MS);
  }

  /** Whether its listeners take connections; throws when it did not come up. */
  async isReady(): Promise<boolean> {
    if (this.hasEnded) throw new Error(`envoy ended: ${this.log}`);
    return this.#admin.isLive(ADMIN_MS);
  }

  async untilReady(): Promise<void> {
    while (!(await this.isReady())) await delay(20);
  }

  /** As kill -9 does; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
