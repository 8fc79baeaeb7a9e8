import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { PharosError } from "#core/errors.ts";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { HandedOver } from "#mesh-agent/limits/handed-over.ts";
import type { RoutesChange } from "#mesh-agent/limits/read-route-limits.ts";
import type { FromLimits, LimitStats, LimitThreadData, ToLimits } from "#mesh-agent/limits/thread-protocol.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";

export interface LimitThreadOptions {
  /** What it is started with, asked again when it has to be started anew. */
  readonly data: () => LimitThreadData;
  readonly call: (path: string, request: Uint8Array, timeoutMs: number) => Promise<Uint8Array>;
  /** Where ends of requests are from when they were read until they are heard. */
  readonly handedOver: string;
  readonly log: Logger;
}

/** Beside this file in the sources; a file of its own in the bundle (scripts/bundle.ts). */
const THREAD = new URL(import.meta.filename.endsWith(".ts") ? "./worker.ts" : "./limits-worker.js", import.meta.url);
/** MB for what lives for one request. V8 takes several times as much unasked, and decides hardly faster for it. */
const YOUNG_MB = 8;
const RESTART = { firstMs: 100, maxMs: 10_000 } as const;
const CLOSE_MS = 2000;
/** Who wants to know how it does waits no longer for one that is busy or hangs. */
const STATS_MS = 1000;
const NO_STATS: LimitStats = {
  keys: 0,
  failures: 0,
  counts: { admitted: new Map(), tried: new Map(), refused: new Map(), exempt: new Map() },
};

/**
 * Decides requests in a thread of its own: it is never kept waiting by what else the agent does. There is none until it is started, for
 * it takes memory. One that dies is started again, as another run; what the last one let through is in its journal.
 */
export class LimitThread {
  readonly #options: LimitThreadOptions;
  readonly #backoff = new Backoff(RESTART);
  /** What it said last, and who waits for what it says next. */
  #stats = NO_STATS;
  #asked: PromiseWithResolvers<void> | undefined;
  #first: Promise<void> | undefined;
  #worker: Worker | undefined;
  readonly #handed: HandedOver;
  /** The thread that is answers Envoy. */
  #isReady = false;
  /** Another Envoy was started, and no thread that answers was told. */
  #isAnother = false;
  #onClosed: () => void = () => undefined;
  #restart: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: LimitThreadOptions) {
    this.#options = options;
    this.#handed = new HandedOver(options.handedOver);
  }

  get isStarted(): boolean {
    return this.#first !== undefined;
  }

  /** Once. Resolves when Envoy is answered; rejects where the socket is not to be had: then it is tried again, and nobody hears when. */
  start(): Promise<void> {
    this.#first ??= this.#run();
    return this.#first;
  }

  follow(change: RoutesChange): void {
    this.#post({ kind: "routes", change });
  }

  hearUplink(isUp: boolean): void {
    this.#post({ kind: "uplink", isUp });
  }

  /** Where there is none yet, or it dies before it has heard them, it does when it begins: of an end there is one line. */
  hearStreams(streams: readonly LastingStream[]): void {
    this.#post({ kind: "streams", ...this.#handed.add(streams) });
  }

  /** Another Envoy was started: what former runs let through is over with the one before it. The next thread hears it where this one does not begin. */
  hearEnvoy(): void {
    this.#isAnother = !this.#isReady;
    this.#post({ kind: "envoy" });
  }

  /** What it has counted since it was started; where it does not answer in time, what it said last. */
  async stats(): Promise<LimitStats> {
    if (this.#worker === undefined) return NO_STATS;
    if (this.#asked === undefined) {
      this.#asked = Promise.withResolvers();
      this.#post({ kind: "stats" });
    }
    const waiting = new AbortController();
    const late = delay(STATS_MS, undefined, { ref: false, signal: waiting.signal }).catch(() => undefined);
    await Promise.race([this.#asked.promise, late]);
    waiting.abort();
    return this.#stats;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    // None is started any more.
    this.#first ??= Promise.resolve();
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      this.#onClosed = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#post({ kind: "close" });
    });
    await worker.terminate();
  }

  #run(): Promise<void> {
    const { data, log } = this.#options;
    // It stands in nobody's way who ends.
    const worker = new Worker(THREAD, {
      ...{ workerData: data(), name: "limits" },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.unref();
    this.#worker = worker;
    for (const each of this.#handed.unheard) this.#post({ kind: "streams", ...each });
    if (this.#isAnother) this.#post({ kind: "envoy" });
    return new Promise((resolve, reject) => {
      worker.on("message", (message: FromLimits) => {
        if (message.kind === "ready") {
          this.#backoff.reset();
          this.#isReady = true;
          this.#isAnother = false;
          resolve();
        } else if (message.kind === "unready") {
          log.error("the thread that decides limits cannot begin; it is started again", { error: message.message });
          reject(new PharosError(message.code, message.message));
        } else this.#hear(worker, message);
      });
      worker.once("error", (error) => {
        log.error("the thread that decides limits died; it is started again", { error: String(error) });
        reject(error);
      });
      worker.once("exit", () => {
        reject(new PharosError("internal", "the thread that decides limits ended"));
        this.#ended(worker);
      });
    });
  }

  #post(message: ToLimits): void {
    this.#worker?.postMessage(message);
  }

  #hear(worker: Worker, message: Exclude<FromLimits, { kind: "ready" | "unready" }>): void {
    switch (message.kind) {
      case "call":
        void this.#call(worker, message);
        return;
      case "log":
        this.#options.log[message.level](message.message, message.fields);
        return;
      case "heard":
        this.#handed.heard(message.mark);
        return;
      case "stats":
        this.#said(message.stats);
        return;
      case "closed":
        this.#onClosed();
    }
  }

  #said(stats: LimitStats): void {
    this.#stats = stats;
    this.#asked?.resolve();
    this.#asked = undefined;
  }

  async #call(worker: Worker, { id, path, request, timeoutMs }: FromLimits & { kind: "call" }): Promise<void> {
    let answer: ToLimits;
    try {
      answer = { kind: "answered", id, answer: await this.#options.call(path, request, timeoutMs) };
    } catch (error) {
      const { code, message } = PharosError.from(error);
      answer = { kind: "refused", id, code, message };
    }
    worker.postMessage(answer);
  }

  #ended(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#isReady = false;
    this.#onClosed();
    this.#said(NO_STATS);
    if (this.#isClosing) return;
    this.#restart = setTimeout(() => void this.#run().catch(() => undefined), this.#backoff.next());
    this.#restart.unref();
  }
}
