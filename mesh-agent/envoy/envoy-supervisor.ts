import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import {
  adoptEnvoy,
  type EnvoyCommand,
  type EnvoyProcess,
  endEnvoy,
  spawnEnvoy,
} from "#mesh-agent/envoy/envoy-process.ts";
import { type EnvoyRecord, readPidFile, removePidFile, writePidFile } from "#mesh-agent/envoy/pid-file.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";
import { tailLog } from "#mesh-agent/envoy/tail-log.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";

export interface Launch {
  readonly command: EnvoyCommand;
  /** Hash of what it is started with: only an Envoy of the same is taken back. */
  readonly fingerprint: string;
}

export interface SupervisorOptions {
  /** How Envoy is started with what the control plane gave for it. */
  readonly prepare: (settings: StartSettings) => Launch;
  /** What is given now; taken at each start. */
  readonly settings: () => StartSettings;
  readonly pidFile: string;
  readonly admin: AdminClient;
  readonly log: Logger;
  /** Before the first Envoy, where none is taken back. What it throws, `start` throws. */
  readonly beforeStart?: () => Promise<void>;
  /** A new Envoy runs; of one that is taken back nothing is said. */
  readonly onStart?: () => void;
  /** It died on its own. */
  readonly onDeath?: (why: string) => void;
  /** Waits for so many ms, or until the signal. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** An Envoy that ran this long is started again at once; one that did not is waited for, longer each time. */
const HEALTHY_RUN_MS = 5000;
const RESTART = { firstMs: 100, maxMs: 10_000 } as const;
const END_GRACE_MS = 5000;

/** Keeps one Envoy alive: takes back the one an earlier agent left, starts one otherwise, and again when it dies. */
export class EnvoySupervisor {
  readonly #options: SupervisorOptions;
  readonly #backoff = new Backoff(RESTART);
  readonly #stop = new AbortController();
  #current: EnvoyProcess | undefined;
  #logFile = "";
  #running: Promise<void> | undefined;
  /** Of the running Envoy, until it is written. */
  #record: EnvoyRecord | undefined;
  problem: string | undefined;
  /** What the control plane had given when the running Envoy was started; undefined while none was. */
  startedWith: StartSettings | undefined;
  restarts = 0;
  /** Why, and the end of what it said. */
  lastDeath: string | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** Resolves when an Envoy runs (not yet: serves). Throws when none can be started at all. */
  async start(): Promise<void> {
    this.#current = await this.#adopt();
    if (this.#current === undefined) {
      await this.#options.beforeStart?.();
      this.#current = this.#spawn();
    }
    this.#running = this.#watch(this.#current);
  }

  /** Ends it for good; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#current !== undefined) await endEnvoy(this.#current, END_GRACE_MS);
    await this.#running;
    removePidFile(this.#options.pidFile);
  }

  /** Leaves it running for the next agent. */
  abandon(): void {
    this.#stop.abort();
  }

  async #watch(first: EnvoyProcess): Promise<void> {
    const { log, onDeath } = this.#options;
    for (let envoy = first; ; ) {
      const begun = performance.now();
      const why = await envoy.ended;
      if (this.#stop.signal.aborted) return;
      this.#current = undefined;
      this.restarts += 1;
      const said = tailLog(this.#logFile);
      this.lastDeath = said === "" ? why : `${why}; it said: ${said}`;
      log.error("envoy died", { why, pid: envoy.pid, said });
      onDeath?.(why);
      if (performance.now() - begun > HEALTHY_RUN_MS) this.#backoff.reset();
      else await this.#wait();
      const next = await this.#spawnUntilItRuns();
      if (next === undefined) return;
      envoy = next;
      this.#current = envoy;
    }
  }

  async #spawnUntilItRuns(): Promise<EnvoyProcess | undefined> {
    while (!this.#stop.signal.aborted) {
      try {
        return this.#spawn();
      } catch (error) {
        this.#options.log.error("envoy cannot be started", { error: String(error) });
        await this.#wait();
      }
    }
    return undefined;
  }

  #wait(): Promise<void> {
    const { wait = (ms, signal) => delay(ms, undefined, { signal }) } = this.#options;
    return wait(this.#backoff.next(), this.#stop.signal).catch(() => undefined);
  }

  #spawn(): EnvoyProcess {
    const settings = this.#options.settings();
    const { command, fingerprint } = this.#options.prepare(settings);
    this.#logFile = command.logFile;
    const envoy = spawnEnvoy(command);
    this.#record = { pid: envoy.pid, start: envoy.start, fingerprint, settings };
    this.startedWith = settings;
    this.settle();
    this.#options.log.info("envoy started", { pid: envoy.pid });
    this.#options.onStart?.();
    return envoy;
  }

  /** Writes down which process is Envoy where the disk refused that before. */
  settle(): void {
    const { pidFile, log } = this.#options;
    if (this.#record === undefined) return;
    try {
      writePidFile(pidFile, this.#record);
      this.#record = undefined;
      this.problem = undefined;
    } catch (error) {
      // Envoy serves all the same; an earlier one's record names a process that is gone.
      const isNews = this.problem === undefined;
      this.problem = `the next agent would replace this envoy instead of taking it back: ${PharosError.from(error).toString()}`;
      if (isNews) log.error(this.problem);
    }
  }

  /** The Envoy of an earlier agent, if it answers and is what we would start; otherwise it is ended. */
  async #adopt(): Promise<EnvoyProcess | undefined> {
    const { pidFile, prepare, admin, log } = this.#options;
    const record = readPidFile(pidFile);
    if (record === undefined || processStart(record.pid) !== record.start) {
      // Whoever answers there is an Envoy whose pid was never written.
      const answer = await admin.post("/quitquitquit", 1000).catch(() => undefined);
      if (answer?.status === 200)
        log.warn("an envoy that runs and is not the one in the record is replaced", { record: pidFile });
      return undefined;
    }
    const envoy = adoptEnvoy(record.pid, record.start);
    const answers = await admin.get("/server_info").catch(() => undefined);
    const { command, fingerprint } = prepare(record.settings);
    if (record.fingerprint === fingerprint && answers?.status === 200) {
      // What was set since is for the next one: this one serves.
      this.#logFile = command.logFile;
      this.startedWith = record.settings;
      log.info("envoy taken back", { pid: record.pid });
      return envoy;
    }
    log.warn("the running envoy is replaced", {
      pid: record.pid,
      why: answers === undefined ? "it does not answer" : "it was started differently",
    });
    await endEnvoy(envoy, END_GRACE_MS);
    return undefined;
  }
}
