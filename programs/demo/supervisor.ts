import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  /** How long after an unexpected end it is started again. */
  readonly restartAfterMs: number;
}

interface Running {
  readonly spec: ProcessSpec;
  child: ChildProcess;
  stopping: boolean;
  deaths: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Starts processes, starts them again when they die, and stops them in the order it is told. Each runs in a process
 * group of its own: a Ctrl-C in the terminal reaches only the supervisor, which then ends the others one after another.
 */
export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  start(spec: ProcessSpec): void {
    const running: Running = { spec, child: this.#spawn(spec), stopping: false, deaths: 0, timer: undefined };
    this.#running.set(spec.name, running);
    this.#watch(running);
    this.#onChange();
  }

  /** Name → pid of what runs now. */
  pids(): Record<string, number> {
    const pids: Record<string, number> = {};
    for (const [name, { child }] of this.#running)
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) pids[name] = child.pid;
    return pids;
  }

  /** How often a process ended that was not told to. */
  deaths(name: string): number {
    return this.#running.get(name)?.deaths ?? 0;
  }

  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it has ended. */
  async stop(name: string, graceMs: number): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.stopping = true;
    clearTimeout(running.timer);
    const { child } = running;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(kill);
    }
    this.#running.delete(name);
    this.#onChange();
  }

  #spawn(spec: ProcessSpec): ChildProcess {
    const log = openSync(spec.logFile, "a");
    try {
      return spawn(spec.command, spec.args, {
        cwd: spec.cwd,
        env: { ...process.env, ...spec.env },
        stdio: ["ignore", log, log],
        detached: true,
      });
    } finally {
      // The process has its own: one that dies again and again would use up this one's.
      closeSync(log);
    }
  }

  #watch(running: Running): void {
    running.child.once("error", () => this.#again(running));
    running.child.once("exit", () => this.#again(running));
  }

  #again(running: Running): void {
    this.#onChange();
    if (running.stopping || running.timer !== undefined) return;
    running.deaths += 1;
    running.timer = setTimeout(() => {
      running.timer = undefined;
      if (running.stopping) return;
      running.child = this.#spawn(running.spec);
      this.#watch(running);
      this.#onChange();
    }, running.spec.restartAfterMs);
  }
}
