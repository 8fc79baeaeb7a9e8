import { Worker } from "node:worker_threads";
import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { PlannedChanges } from "#server/config/plan-changes.ts";
import { fromWire } from "#server/mesh/wire-error.ts";
import { type JobLimits, JobQueue, type Purpose } from "#server/preview/job-queue.ts";
import type {
  FindingsDelta,
  FromPreview,
  Located,
  MeasuredTraffic,
  PreviewCalls,
  Rehearsal,
  ThreadName,
  ToPreview,
} from "#server/preview/protocol.ts";
import type { Simulation } from "#server/preview/simulation-room.ts";
import type { SimulatedQuestion } from "#server/preview/simulator.ts";
import type { Asker } from "#server/services/services.ts";

export interface PreviewThreadOptions {
  /** What it is for: "apply" reads what is applied, beside the thread of previews and before it; "preview" is all else. */
  readonly name?: ThreadName;
  readonly snapshot: () => Snapshot;
  readonly nodes: () => Promise<readonly ProxyNode[]>;
  /** Beyond this a job is ended; 120 s. */
  readonly deadlineMs?: number;
  /** Beyond this a simulation is, from when the thread knows the configuration; 5 s. */
  readonly simulationMs?: number;
  /** After a rehearsal or a simulation, which more are likely to follow, the thread is kept for this long; 60 s. */
  readonly warmMs?: number;
  /** After any other job it is ended this soon, and its memory given back; 2 s. */
  readonly idleMs?: number;
  /** Of the thread's heap; 1,536 MB. */
  readonly heapMb?: number;
}

/** Beside this file in the sources; a file of its own in the bundle (scripts/bundle.ts). */
const THREAD = new URL(import.meta.filename.endsWith(".ts") ? "./worker.ts" : "./preview-worker.js", import.meta.url);
const SIMULATION_MS = 5000;
const LIMITS = {
  preview: { perUser: 4, overall: 16 },
  apply: { perUser: 4, overall: 16, jobs: "applies" },
} as const satisfies Record<ThreadName, JobLimits>;
const NOTHING_MEASURED: MeasuredTraffic = { rows: [], samples: [], seconds: 1 };
/** A job that nobody waits for any more may still end by itself: a thread that is warm is worth that. */
const LEFT_MS = 250;

/** Reads and tries changes in a thread of their own: bounded in number, time and memory, and ended with who asked. */
export class PreviewThread {
  readonly #options: PreviewThreadOptions;
  readonly #name: ThreadName;
  readonly #queue: JobQueue;
  #worker: Worker | undefined;
  /** The thread was told the configuration, and is told what becomes of it. */
  #isFollowing = false;
  #idle: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now`; the thread is kept until then. */
  #warmUntilMs = 0;
  #nextId = 1;

  constructor(options: PreviewThreadOptions) {
    this.#options = options;
    this.#name = options.name ?? "preview";
    this.#queue = new JobQueue(LIMITS[this.#name]);
  }

  /** Whether there is a thread now. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Tells the thread, if there is one, that the configuration or the registry moved on. */
  follow(change: SnapshotChange): void {
    if (this.#isFollowing) this.#post({ kind: "change", change });
  }

  read(changes: readonly ConfigChange[], asker: Asker, purpose: Purpose): Promise<PlannedChanges> {
    return this.#queue.run(asker, purpose, () => this.#call("read", [changes], asker.signal));
  }

  /** Lines of paths in texts. */
  locate(texts: readonly Located[], asker: Asker): Promise<readonly (readonly (number | null)[])[]> {
    return this.#queue.run(asker, "simulation", async () => {
      await this.#ready(asker);
      return this.#call("locate", [texts], asker.signal, this.#options.simulationMs ?? SIMULATION_MS);
    });
  }

  /** Gives findings the places that they have in the texts of the changes. */
  place(
    diagnostics: readonly Diagnostic[],
    changes: readonly ConfigChange[],
    asker: Asker,
  ): Promise<readonly Diagnostic[]> {
    return this.#queue.run(asker, "preview", () => this.#call("place", [diagnostics, changes], asker.signal));
  }

  findings(change: SnapshotChange, asker: Asker, standing: readonly string[] = []): Promise<FindingsDelta> {
    return this.#queue.run(asker, "preview", () => {
      this.#tellState();
      return this.#call("findings", [change, standing], asker.signal);
    });
  }

  /** `measure` is asked when its turn comes: what waits holds no rows. */
  rehearse(
    change: SnapshotChange,
    asker: Asker,
    measure: () => Promise<MeasuredTraffic> = async () => NOTHING_MEASURED,
  ): Promise<Rehearsal> {
    return this.#queue.run(asker, "preview", async () => {
      const [nodes, { rows, ...measured }] = await Promise.all([this.#options.nodes(), measure()]);
      this.#tellState();
      // All rows may share one array of histograms, which are not asked for there.
      const counts = rows.map((row) => ({ ...row, durations: [] }));
      return this.#call("rehearse", [change, nodes, { ...measured, rows: counts }], asker.signal);
    });
  }

  /** What would come of a request now, and under a change where there is one. */
  simulate(question: SimulatedQuestion, change: SnapshotChange | null, asker: Asker): Promise<Simulation> {
    return this.#queue.run(asker, "simulation", async () => {
      const nodes = await this.#options.nodes();
      this.#tellState();
      await this.#ready(asker);
      const { simulationMs = SIMULATION_MS } = this.#options;
      return this.#call("simulate", [question, change, nodes], asker.signal, simulationMs);
    });
  }

  async close(): Promise<void> {
    await this.#end();
  }

  /** When the thread has started and knows what it was told: nothing that a question is to blame for. */
  async #ready({ signal }: Asker): Promise<void> {
    await this.#call("locate", [[]], signal);
  }

  #tellState(): void {
    this.#start();
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#post({ kind: "state", snapshot: this.#options.snapshot() });
  }

  #start(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(THREAD, {
      name: this.#name,
      workerData: this.#name,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.heapMb ?? 1536 },
    });
    // Between jobs nobody else listens, and an event that nobody listens to would end the process.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (this.#worker === worker) void this.#end();
    });
    this.#worker = worker;
    return worker;
  }

  #post(message: ToPreview): void {
    this.#worker?.postMessage(message);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isFollowing = false;
    await worker?.terminate();
  }

  /** What was read once is seldom read again soon; whoever looks at previews types on. */
  #keep(method: keyof PreviewCalls): void {
    clearTimeout(this.#idle);
    const { warmMs = 60_000, idleMs = 2000 } = this.#options;
    const now = performance.now();
    if (method === "rehearse" || method === "simulate") this.#warmUntilMs = now + warmMs;
    this.#idle = setTimeout(() => void this.#end(), Math.max(idleMs, this.#warmUntilMs - now));
    this.#idle.unref();
  }

  #call<M extends keyof PreviewCalls>(
    method: M,
    args: Parameters<PreviewCalls[M]>,
    signal: AbortSignal | undefined,
    deadlineMs = this.#options.deadlineMs ?? 120_000,
  ): Promise<Awaited<ReturnType<PreviewCalls[M]>>> {
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise<Awaited<ReturnType<PreviewCalls[M]>>>((resolve, reject) => {
      let left: NodeJS.Timeout | undefined;
      const stop = (error: PharosError): void => {
        settle();
        void this.#end();
        reject(error);
      };
      const deadline = setTimeout(
        () =>
          stop(
            new PharosError("timeout", `this takes longer than ${deadlineMs / 1000} s to compute`, {
              hint:
                method === "simulate"
                  ? "ask with a shorter path, or of fewer and simpler regular expressions"
                  : "send fewer documents at once",
            }),
          ),
        deadlineMs,
      );
      const onAbort = (): void => {
        left = setTimeout(() => stop(new PharosError("unavailable", "the caller no longer waits for this")), LEFT_MS);
      };
      const onMessage = (message: FromPreview): void => {
        if (message.id !== id) return;
        settle();
        this.#keep(method);
        if (message.error === undefined) resolve(message.value as Awaited<ReturnType<PreviewCalls[M]>>);
        else reject(fromWire(message.error));
      };
      const onError = (error: Error & { readonly code?: string }): void =>
        stop(
          error.code === "ERR_WORKER_OUT_OF_MEMORY"
            ? new PharosError("too-large", "there is not enough memory to compute this", {
                hint: "send fewer documents at once",
              })
            : PharosError.from(error, "the preview thread died"),
        );
      const onExit = (code: number): void =>
        stop(new PharosError("unavailable", `the preview thread ended with code ${code}`));
      const settle = (): void => {
        clearTimeout(deadline);
        clearTimeout(left);
        signal?.removeEventListener("abort", onAbort);
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      };
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      this.#post({ kind: "call", id, method, args });
    });
  }
}
