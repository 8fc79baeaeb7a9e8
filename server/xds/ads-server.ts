import { PharosError } from "#core/errors.ts";
import type { Distribution, ProxyDetail, ProxyStatus, Refusal, SyncState } from "#core/view/mesh.ts";
import type { Layer, LayerChange, Origin, ProxyNode, ProxyView } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { Peer } from "#grpc/peer.ts";
import type { GrpcMethod, ServerStream, StreamHandler } from "#grpc/server.ts";
import { attributeRefusal } from "#server/xds/attribute-refusal.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/client-state.ts";
import { DeltaStream } from "#server/xds/delta-stream.ts";
import { parseNode } from "#server/xds/parse-node.ts";
import type { Response } from "#server/xds/response.ts";
import { RolloutBook } from "#server/xds/rollout.ts";
import { ServedLayer } from "#server/xds/served-layer.ts";
import { SotwStream } from "#server/xds/sotw-stream.ts";
import { SubscriptionTable } from "#server/xds/subscription.ts";
import { decodeDeltaRequest, decodeSotwRequest } from "#server/xds/wire.ts";

/** Where views of the configuration come from. */
export interface ResourceSource {
  open(node: ProxyNode): ProxyView;
  close(node: ProxyNode): void;
}

export type AdsEvent =
  | { readonly kind: "connected" | "disconnected"; readonly id: string; readonly key: string }
  | { readonly kind: "ack"; readonly id: string }
  | { readonly kind: "nack"; readonly id: string; readonly refusals: readonly Refusal[] }
  | { readonly kind: "refused"; readonly node: string; readonly from: string; readonly reason: string };

export interface AdsServerOptions {
  readonly source: ResourceSource;
  /** Whether this peer may be this node; returns its SPIFFE id. Throws PharosError "forbidden" or "unauthenticated". */
  readonly authorize: (node: ProxyNode, peer: Peer) => string | null;
  readonly onEvent: (event: AdsEvent) => void;
  readonly now?: () => number;
  /** Off: nothing that is encoded is shared. For showing that sharing changes no byte. */
  readonly isShared?: boolean;
}

interface Connection {
  readonly node: ProxyNode;
  readonly stream: ServerStream;
  readonly machine: StreamMachine;
  readonly layers: readonly ServedLayer[];
  readonly spiffeId: string | null;
  readonly connectedSince: number;
  /** Revisions it must still be sent. */
  pending: Set<number>;
  /** Revisions on their way to it. */
  inRound: ReadonlySet<number>;
  refusedInRound: Refusal[];
  bytesSent: number;
  isBlocked: boolean;
}

interface KnownProxy {
  readonly node: ProxyNode;
  connection: Connection | undefined;
  revision: number | null;
  refusals: Refusal[];
  certificateNotAfter: string | null;
  lastSeenMs: number;
}

const REFUSALS_KEPT = 20;
const AWAY_KEPT_MS = 60 * 60 * 1000;
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;

/** Serves ADS, delta and state of the world, to any number of proxies, and keeps book of who has what. */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #now: () => number;
  readonly #table = new SubscriptionTable();
  readonly #layers = new Map<Layer, { readonly served: ServedLayer; readonly connections: Set<Connection> }>();
  readonly #proxies = new Map<string, KnownProxy>();
  readonly #rollouts = new RolloutBook();
  #revision = 0;

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  methods(): Map<string, GrpcMethod> {
    const service = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
    return new Map([
      [`${service}/DeltaAggregatedResources`, { kind: "stream", open: (stream) => this.#accept(stream, true) }],
      [`${service}/StreamAggregatedResources`, { kind: "stream", open: (stream) => this.#accept(stream, false) }],
    ]);
  }

  /** Sends what changed to those who need it. The layers already hold it. */
  distribute(changes: readonly LayerChange[], revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#rollouts.begin(revision, this.#now());
    const byLayer = Map.groupBy(changes, ({ layer }) => layer);
    const concerned = new Set<Connection>();
    for (const [layer, own] of byLayer) {
      const entry = this.#layers.get(layer);
      if (entry === undefined) continue;
      const from = entry.served.version;
      entry.served.advance(own, revision);
      for (const connection of entry.connections) {
        if (!connection.machine.isConcerned(connection.layers.indexOf(entry.served), from)) continue;
        connection.pending.add(revision);
        this.#rollouts.require(revision, connection.node.id, connection.node.metadata.WORKLOAD_NAME || connection.node.name, connection.node.namespace);
        concerned.add(connection);
      }
    }
    for (const connection of concerned) this.#flush(connection);
  }

  distribution(revision: number): Distribution | undefined {
    return this.#rollouts.describe(revision, [...this.#proxies.values()].filter(({ connection }) => connection === undefined).map(({ node }) => node.id));
  }

  proxies(): ProxyStatus[] {
    this.#forgetLongGone();
    return [...this.#proxies.values()].map((proxy) => this.#describe(proxy));
  }

  proxy(id: string): ProxyDetail | undefined {
    const proxy = this.#proxies.get(id);
    if (proxy === undefined) return undefined;
    const resources: Partial<Record<XdsType, number>> = {};
    for (const { layer } of proxy.connection?.layers ?? []) for (const [type, all] of layer.resources) resources[type] = (resources[type] ?? 0) + all.size;
    const { LABELS, ...metadata } = proxy.node.metadata;
    return { ...this.#describe(proxy), labels: LABELS, metadata, refusals: proxy.refusals, resources };
  }

  /** Layers of a connected proxy; undefined while it is away. */
  view(id: string): ProxyView | undefined {
    const layers = this.#proxies.get(id)?.connection?.layers;
    return layers === undefined ? undefined : { layers: layers.map(({ layer }) => layer) };
  }

  /** Connected proxies that hold a layer. */
  holders(layer: Layer): string[] {
    return [...(this.#layers.get(layer)?.connections ?? [])].map(({ node }) => node.id);
  }

  #accept(stream: ServerStream, isDelta: boolean): StreamHandler {
    let connection: Connection | undefined;
    return {
      onMessage: (message) => {
        connection ??= this.#connect(stream, message, isDelta);
        this.#handle(connection, message);
      },
      onDrain: () => {
        if (connection?.isBlocked && stream.queuedBytes === 0) {
          connection.isBlocked = false;
          this.#flush(connection);
        }
      },
      onClose: () => {
        if (connection !== undefined) this.#disconnect(connection);
      },
    };
  }

  #connect(stream: ServerStream, message: Buffer, isDelta: boolean): Connection {
    const { node: bytes } = isDelta ? decodeDeltaRequest(message) : decodeSotwRequest(message);
    if (bytes === undefined) throw new PharosError("invalid", "the first message on a stream must carry the node");
    const node = parseNode(bytes, isDelta);
    let spiffeId: string | null;
    try {
      spiffeId = this.#options.authorize(node, stream.peer);
    } catch (error) {
      this.#options.onEvent({ kind: "refused", node: node.id, from: stream.peer.address, reason: PharosError.from(error).message });
      throw error;
    }
    const layers = this.#options.source.open(node).layers.map((layer) => this.#serve(layer));
    const machine = isDelta ? new DeltaStream(layers, this.#table) : new SotwStream(layers);
    const connection: Connection = { node, stream, machine, layers, spiffeId, connectedSince: this.#now(), pending: new Set(), inRound: new Set(), refusedInRound: [], bytesSent: 0, isBlocked: false };
    for (const { layer } of layers) this.#layers.get(layer)?.connections.add(connection);
    const known = this.#proxies.get(node.id);
    const certificateNotAfter = stream.peer.certificate?.notAfter.toISOString() ?? null;
    this.#proxies.set(node.id, { node, connection, revision: this.#revision, refusals: known?.refusals ?? [], certificateNotAfter, lastSeenMs: this.#now() });
    // A proxy that dials again before its old connection was seen to break replaces it.
    known?.connection?.stream.end();
    this.#options.onEvent({ kind: "connected", id: node.id, key: `${node.namespace}/${node.name}` });
    return connection;
  }

  #serve(layer: Layer): ServedLayer {
    const known = this.#layers.get(layer);
    if (known !== undefined) return known.served;
    const served = new ServedLayer(layer, this.#options.isShared ?? true);
    this.#layers.set(layer, { served, connections: new Set() });
    return served;
  }

  #disconnect(connection: Connection): void {
    for (const { layer } of connection.layers) {
      const entry = this.#layers.get(layer);
      entry?.connections.delete(connection);
      if (entry?.connections.size === 0) this.#layers.delete(layer);
    }
    this.#options.source.close(connection.node);
    const proxy = this.#proxies.get(connection.node.id);
    if (proxy?.connection !== connection) return;
    proxy.connection = undefined;
    proxy.lastSeenMs = this.#now();
    this.#rollouts.leave(connection.node.id);
    this.#options.onEvent({ kind: "disconnected", id: connection.node.id, key: `${connection.node.namespace}/${connection.node.name}` });
  }

  #handle(connection: Connection, message: Buffer): void {
    const { responses, events } = connection.machine.receive(message);
    for (const event of events) this.#note(connection, event);
    for (const response of responses) this.#send(connection, response);
    this.#flush(connection);
  }

  #note(connection: Connection, event: StreamEvent): void {
    const { id } = connection.node;
    const proxy = this.#proxies.get(id);
    if (event.kind === "nack") {
      const refusals = this.#attribute(connection, event.type, event.response.response, event.message);
      connection.refusedInRound.push(...refusals);
      if (proxy !== undefined) proxy.refusals = [...refusals, ...proxy.refusals].slice(0, REFUSALS_KEPT);
      this.#options.onEvent({ kind: "nack", id, refusals });
    }
    if (event.kind === "stale" || event.response.round === undefined || event.response.round.open > 0) return;
    // The round is answered whole: what it carried has arrived, or was refused.
    const nowMs = this.#now();
    for (const revision of connection.inRound) this.#rollouts.settle(revision, id, connection.refusedInRound, nowMs);
    if (proxy !== undefined && connection.refusedInRound.length === 0) proxy.revision = Math.max(proxy.revision ?? 0, ...connection.inRound);
    connection.inRound = new Set();
    connection.refusedInRound = [];
    this.#options.onEvent({ kind: "ack", id });
  }

  #attribute(connection: Connection, type: XdsType | undefined, response: Response, message: string): Refusal[] {
    if (type === undefined) return [];
    const at = new Date(this.#now()).toISOString();
    const originsOf = (name: string): readonly Origin[] => {
      for (const { layer } of connection.layers) {
        const resource = layer.resources.get(type)?.get(name);
        if (resource !== undefined) return resource.origins;
      }
      return [];
    };
    return attributeRefusal(message, response.names).map(({ name, message: words }) => ({ at, type, resource: name, message: words, origins: originsOf(name) }));
  }

  #flush(connection: Connection): void {
    if (connection.isBlocked) return;
    const responses = connection.machine.flush();
    for (const response of responses) this.#send(connection, response);
    if (responses.length > 0) {
      connection.inRound = connection.pending;
      connection.pending = new Set();
    }
    // Nothing of these revisions was for it after all.
    if (connection.machine.isWaiting) return;
    for (const revision of connection.pending) this.#rollouts.settle(revision, connection.node.id, [], this.#now());
    connection.pending.clear();
  }

  #send(connection: Connection, response: Response): void {
    for (const part of response.parts) connection.bytesSent += part.length;
    connection.stream.send(response.parts);
    // A slow reader gets no new round until what waits for it has left: memory is bounded by one round.
    if (connection.stream.queuedBytes > QUEUE_BYTES_MAX) connection.isBlocked = true;
  }

  #describe({ node, connection, revision, refusals, certificateNotAfter }: KnownProxy): ProxyStatus {
    const sync: Partial<Record<XdsType, SyncState>> = {};
    for (const [type, state] of connection?.machine.sync() ?? []) sync[type] = state;
    return {
      id: node.id,
      name: node.name,
      namespace: node.namespace,
      workload: node.metadata.WORKLOAD_NAME || node.name,
      type: node.type,
      version: node.version,
      address: node.address,
      spiffeId: connection?.spiffeId ?? null,
      connectedSince: connection === undefined ? null : new Date(connection.connectedSince).toISOString(),
      certificateNotAfter,
      sync,
      revision,
      lastRefusal: Object.values(sync).includes("ERROR") ? (refusals[0] ?? null) : null,
      bytesSent: connection?.bytesSent ?? 0,
    };
  }

  #forgetLongGone(): void {
    const before = this.#now() - AWAY_KEPT_MS;
    for (const [id, proxy] of this.#proxies) if (proxy.connection === undefined && proxy.lastSeenMs < before) this.#proxies.delete(id);
  }
}
