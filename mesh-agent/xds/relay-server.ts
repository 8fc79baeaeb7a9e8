import { fromJson } from "@bufbuild/protobuf";
import type { PharosError } from "#core/errors.ts";
import type { ClientStream, GrpcClient } from "#grpc/client.ts";
import { GrpcServer, type StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import type { Uplink, UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import type { NodeJson } from "#mesh-agent/xds/describe-node.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { Relay, type RelayEffect } from "#mesh-agent/xds/relay.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";
import { type Node, NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";

const PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

/** Envoy repeats whole resources in its refusals; the control plane gets them whole. */
const LOGGED_LENGTH_MAX = 2000;

export interface RelayServerOptions {
  readonly uplink: Pick<Uplink, "state" | "onChange">;
  readonly cache: DiskCache;
  readonly node: () => NodeJson;
  /** Makes what Envoy asks of this host once it has these; until then they, and what comes after, wait. Never rejects; undefined: all is there. */
  readonly prepare?: ((type: string, resources: readonly CachedResource[]) => Promise<void> | undefined) | undefined;
  readonly log: Logger;
  /** How long a control plane that is there may take to answer before the cache does. */
  readonly patienceMs?: number;
  readonly pruneAfterMs?: number;
}

export interface RelayStats {
  readonly streams: number;
  readonly upstreamStreams: number;
  readonly refusals: number;
  readonly cacheFailures: number;
}

/** Envoy's ADS over a Unix socket: each of its streams has one to the control plane while that is there. */
export class RelayServer {
  readonly #options: RelayServerOptions;
  readonly #server: GrpcServer;
  readonly #sessions = new Set<RelaySession>();
  readonly counters = { refusals: 0, cacheFailures: 0 };
  #isHeld = false;

  constructor(options: RelayServerOptions) {
    this.#options = options;
    this.#server = new GrpcServer({
      methods: new Map([[PATH, { kind: "stream", open: (stream) => this.#open(stream) }]]),
      onFailure: (_, error) => options.log.error("the configuration stream failed", { error: error.toString() }),
    });
    options.uplink.onChange((state) => {
      for (const session of this.#sessions) session.onUplink(state);
    });
  }

  async listen(socketPath: string): Promise<void> {
    await this.#server.listen({ socketPath });
  }

  stats(): RelayStats {
    return {
      streams: this.#sessions.size,
      upstreamStreams: [...this.#sessions].filter((session) => session.isLive).length,
      ...this.counters,
    };
  }

  /** The node has changed: the control plane is told by subscribing again. */
  subscribeAgain(): void {
    for (const session of this.#sessions) session.onUplink(this.#options.uplink.state);
  }

  /**
   * Envoy, and the cache, keep what they have from here on. Whoever leaves the mesh is no workload of it any more, and would
   * lose the routes to its application while its callers have not heard yet.
   */
  hold(): void {
    this.#isHeld = true;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #open(stream: ServerStream): StreamHandler {
    const session = new RelaySession(stream, this.#options, this.counters, () => this.#isHeld);
    this.#sessions.add(session);
    session.onUplink(this.#options.uplink.state);
    return {
      onMessage: (message) => session.onMessage(message),
      onClose: () => {
        this.#sessions.delete(session);
        session.close();
      },
    };
  }
}

/** A stream that ends sooner is tried again more and more slowly: two agents of one name would end each other's for ever. */
const STEADY_MS = 5000;

/** The IO of one Relay. */
class RelaySession {
  readonly #stream: ServerStream;
  readonly #options: RelayServerOptions;
  readonly #counters: RelayServer["counters"];
  readonly #relay: Relay;
  readonly #isHeld: () => boolean;
  readonly #backoff = new Backoff({ firstMs: 100, maxMs: 10_000 });
  readonly #timers = new Set<NodeJS.Timeout>();
  #upstream: ClientStream | undefined;
  /** When the last message that waits is sent. */
  #sending: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    stream: ServerStream,
    options: RelayServerOptions,
    counters: RelayServer["counters"],
    isHeld: () => boolean,
  ) {
    this.#isHeld = isHeld;
    this.#stream = stream;
    this.#options = options;
    this.#counters = counters;
    this.#relay = new Relay(options.cache, (envoys) => mergeNode(envoys, options.node()));
    this.#after(options.patienceMs ?? 3000, () => this.#do(this.#relay.patienceOver()));
    this.#after(options.pruneAfterMs ?? 60_000, () => this.#do(this.#relay.prune()));
  }

  get isLive(): boolean {
    return this.#upstream !== undefined;
  }

  onMessage(message: Buffer): void {
    this.#do(this.#relay.fromEnvoy(message));
  }

  onUplink(state: UplinkState): void {
    if (this.#isClosed || state.kind === "connecting") return;
    this.#upstream?.cancel();
    this.#upstream = undefined;
    if (state.kind === "up") this.#openUpstream(state.client);
    else this.#do(this.#relay.upstreamDown());
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#upstream?.cancel();
    this.#upstream = undefined;
  }

  #openUpstream(client: GrpcClient): void {
    const openedMs = performance.now();
    const upstream: ClientStream = client.stream(PATH, {
      onMessage: (message) => {
        if (this.#upstream !== upstream || this.#isHeld()) return;
        this.#do(this.#relay.fromUpstream(message));
      },
      onClose: (error) => {
        if (this.#upstream !== upstream) return;
        if (performance.now() - openedMs > STEADY_MS) this.#backoff.reset();
        this.#onUpstreamLost(client, error);
      },
    });
    this.#upstream = upstream;
    this.#do(this.#relay.upstreamUp());
    this.#after(this.#options.patienceMs ?? 3000, () => this.#do(this.#relay.patienceOver()));
  }

  /** The stream is gone; the connection may still stand, and then the stream is tried again. */
  #onUpstreamLost(client: GrpcClient, error: PharosError | undefined): void {
    this.#upstream = undefined;
    const isRefused = error !== undefined && error.code !== "unavailable";
    this.#options.log[isRefused ? "error" : "warn"]("the configuration stream ended", {
      reason: error?.toString() ?? "the server closed it",
    });
    this.#do(this.#relay.upstreamDown());
    this.#after(this.#backoff.next(), () => {
      const { state } = this.#options.uplink;
      if (this.#upstream === undefined && state.kind === "up" && state.client === client && !client.isClosed)
        this.#openUpstream(client);
    });
  }

  #do(effects: readonly RelayEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "to-envoy":
          this.#toEnvoy(effect);
          break;
        case "to-upstream":
          this.#upstream?.send([effect.message]);
          break;
        case "commit":
          this.#commit(effect.commit);
          break;
        case "refused":
          this.#counters.refusals += 1;
          this.#options.log.error("envoy refused configuration", {
            type: effect.type,
            message: effect.message.slice(0, LOGGED_LENGTH_MAX),
            fromCache: effect.isFromCache,
          });
          break;
      }
    }
  }

  /** In their order. */
  #toEnvoy({ message, type, resources }: RelayEffect & { readonly kind: "to-envoy" }): void {
    const prepared = this.#options.prepare?.(type, resources);
    if (prepared === undefined && this.#sending === undefined) {
      this.#stream.send([message]);
      return;
    }
    const sending = Promise.all([this.#sending, prepared]).then(() => {
      if (!this.#isClosed) this.#stream.send([message]);
      if (this.#sending === sending) this.#sending = undefined;
    });
    this.#sending = sending;
  }

  #commit(commit: Parameters<DiskCache["commit"]>[0]): void {
    try {
      // Told by the cache.
      if (!this.#options.cache.commit(commit)) this.#counters.cacheFailures += 1;
    } catch (error) {
      this.#counters.cacheFailures += 1;
      this.#options.log.error(String(error));
    }
  }

  #after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isClosed) work();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** Our id, cluster and metadata; Envoy's own build, version and extensions. */
function mergeNode(envoys: Node | undefined, ours: NodeJson): Node {
  const node = fromJson(NodeSchema, ours);
  if (envoys === undefined) return node;
  return {
    ...envoys,
    id: node.id,
    cluster: node.cluster,
    ...(node.metadata === undefined ? {} : { metadata: node.metadata }),
    ...(node.locality === undefined ? {} : { locality: node.locality }),
  };
}
