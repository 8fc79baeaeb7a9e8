import { Worker } from "node:worker_threads";
import { PharosError } from "#core/errors.ts";
import { NOTHING_REVOKED, type Revoked } from "#core/identity/revoked.ts";
import type { Refused } from "#core/limits/limit-book.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import type { ServerTls } from "#grpc/server.ts";
import type { Credentials, FromWorker, MeshCalls, MeshWorkerData, ToWorker } from "#server/mesh/protocol.ts";
import { fromThread, fromWire, toWire } from "#server/mesh/wire-error.ts";
import type { AdsEvent } from "#server/xds/ads-server.ts";

/** Answers a unary call that arrived at the worker's listener. */
export type UnaryHandler = (request: Uint8Array, peer: ForwardedPeer) => Promise<Uint8Array>;

type Remote = {
  readonly [M in keyof MeshCalls]: (...args: Parameters<MeshCalls[M]>) => Promise<Awaited<ReturnType<MeshCalls[M]>>>;
};

export interface MeshHandle extends Remote {
  readonly port: number;
  readonly plaintextPort: number | null;
  /** Ends the thread at once and starts another from the configuration as it stands. Resolves when that one serves. */
  restart(): Promise<void>;
  /** Returns how to stop listening. */
  onEvent(listener: (event: AdsEvent) => void): () => void;
}

export interface MeshOptions extends Omit<MeshWorkerData, "forwarded" | "snapshot" | "revoked" | "credentials"> {
  /** What the worker starts from; asked again when it has to be started anew. */
  readonly snapshot: () => Snapshot;
  /** What credentials hold, asked again as the snapshot is; none by default. */
  readonly credentials?: () => Credentials;
  /** None by default. */
  readonly revoked?: Revoked;
  readonly handlers: ReadonlyMap<string, UnaryHandler>;
  /** The thread died; it is started again by itself. */
  readonly onCrash: (error: PharosError) => void;
  /** A gRPC method broke in a way that its caller is not told. */
  readonly onFailure: (path: string, error: PharosError) => void;
  /** A limit of the mesh port refused something. */
  readonly onLimit: (refused: Refused) => void;
}

/** Beside this file in the sources; a file of its own in the bundle (scripts/bundle.ts). */
const THREAD = new URL(import.meta.filename.endsWith(".ts") ? "./worker.ts" : "./mesh-worker.js", import.meta.url);

const CALLS = [
  "apply",
  "nodes",
  "takers",
  "fleet",
  "proxies",
  "refusals",
  "proxy",
  "proxyConfig",
  "distribution",
  "setTls",
  "setRevoked",
  "setCredentials",
  "metrics",
  "setTaps",
  "memory",
  "close",
] as const satisfies readonly (keyof MeshCalls)[];
const RESTART_AFTER_MS = 200;
const TRY_AGAIN = "the mesh thread is being started again; try once more";

/** Runs compiler and xDS server in a thread of their own; a thread that dies is started again with the configuration as it stands. */
export async function startMesh(options: MeshOptions): Promise<MeshHandle> {
  const mesh = new MeshThread(options);
  const { port, plaintextPort } = await mesh.start();
  const remote = Object.fromEntries(
    CALLS.map((method) => [method, (...args: unknown[]) => mesh.call(method, args)]),
  ) as unknown as Remote;
  return {
    ...remote,
    port,
    plaintextPort,
    onEvent: (listener) => mesh.onEvent(listener),
    restart: () => mesh.restart(),
  };
}

class MeshThread {
  readonly #options: MeshOptions;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: PharosError): void }>();
  readonly #listeners = new Set<(event: AdsEvent) => void>();
  /** Proxies by node id: what has to be said of them when the thread dies. */
  readonly #connected = new Map<string, string>();
  #worker: Worker | undefined;
  #tls: ServerTls;
  #revoked: Revoked;
  #bound: { port: number; plaintextPort: number | null } | undefined;
  #nextId = 1;
  #isClosing = false;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#revoked = options.revoked ?? NOTHING_REVOKED;
  }

  start(): Promise<{ port: number; plaintextPort: number | null }> {
    const { handlers, onCrash, onFailure, onLimit, snapshot, credentials, ...rest } = this.#options;
    const bound = this.#bound ?? { port: rest.port, plaintextPort: rest.plaintextPort };
    const workerData: MeshWorkerData = {
      ...rest,
      ...bound,
      tls: this.#tls,
      revoked: this.#revoked,
      credentials: credentials?.() ?? {},
      snapshot: snapshot(),
      forwarded: [...handlers.keys()],
    };
    const worker = new Worker(THREAD, { workerData, name: "mesh" });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.kind === "ready") {
          this.#bound = { port: message.port, plaintextPort: message.plaintextPort };
          resolve(this.#bound);
        } else this.#receive(message);
      });
      worker.once("error", (error) => reject(fromThread(error)));
      worker.once("error", (error) => this.#crashed(worker, PharosError.from(error, "the mesh thread died")));
      worker.once("exit", (code) =>
        this.#crashed(worker, new PharosError("internal", `the mesh thread ended with code ${code}`)),
      );
    });
  }

  call(method: keyof MeshCalls, args: readonly unknown[]): Promise<unknown> {
    if (method === "setTls") this.#tls = args[0] as ServerTls;
    if (method === "setRevoked") this.#revoked = args[0] as Revoked;
    if (method === "close") this.#isClosing = true;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#worker === undefined) {
        // Nobody serves, and nobody will.
        if (method === "close") resolve(undefined);
        else reject(new PharosError("unavailable", "the mesh thread is being started again", { hint: TRY_AGAIN }));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: "call", id, method, args });
    }).finally(() => (method === "close" ? this.#worker?.terminate() : undefined));
  }

  async restart(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    await worker.terminate();
    this.#leaveAll(new PharosError("unavailable", "the mesh thread was ended"));
    await this.start();
  }

  onEvent(listener: (event: AdsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: Exclude<FromWorker, { kind: "ready" }>): void {
    if (message.kind === "events") {
      for (const event of message.events) this.#tell(event);
    } else if (message.kind === "limited") {
      for (const each of message.refused) this.#options.onLimit(each);
    } else if (message.kind === "failed") {
      this.#options.onFailure(message.path, fromWire(message.error));
    } else if (message.kind === "result") {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.value);
      else waiting?.reject(fromWire(message.error));
    } else {
      const { id } = message;
      const handler = this.#options.handlers.get(message.path);
      const reply =
        handler === undefined
          ? Promise.reject(new PharosError("not-found", `no method ${message.path}`))
          : handler(message.request, message.peer);
      reply.then(
        (bytes) => this.#post({ kind: "answer", id, reply: bytes }),
        (error: unknown) => this.#post({ kind: "answer", id, error: toWire(error) }),
      );
    }
  }

  #tell(event: AdsEvent): void {
    if (event.kind === "connected") this.#connected.set(event.id, event.key);
    else if (event.kind === "disconnected") this.#connected.delete(event.id);
    for (const listener of this.#listeners) listener(event);
  }

  /** Nobody is connected any more, and nothing that was asked will be answered. */
  #leaveAll(error: PharosError): void {
    for (const { reject } of this.#waiting.values())
      reject(new PharosError("unavailable", error.message, { hint: TRY_AGAIN }));
    this.#waiting.clear();
    for (const [id, key] of this.#connected) this.#tell({ kind: "disconnected", id, key });
  }

  #crashed(worker: Worker, error: PharosError): void {
    if (this.#worker !== worker || this.#bound === undefined) return;
    this.#worker = undefined;
    this.#leaveAll(error);
    if (this.#isClosing) return;
    this.#options.onCrash(error);
    // A thread that dies again while it starts comes through here again.
    setTimeout(() => {
      if (!this.#isClosing) void this.start().catch(() => undefined);
    }, RESTART_AFTER_MS);
  }
}
