import { PharosError } from "#core/errors.ts";
import { claimedId } from "#core/identity/claimed-id.ts";
import type { Distribution, FleetSummary, ProxyDetail, ProxyStatus, Refusal } from "#core/view/mesh.ts";
import type { Layer, LayerChange, ProxyNode, ProxyView } from "#core/xds/layer.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { Peer } from "#grpc/peer.ts";
import type { GrpcMethod, StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import { inOneTurn } from "#server/compile/in-one-turn.ts";
import { Connection, type Settled } from "#server/xds/connection.ts";
import { type ChangedName, countTakers, type Takers } from "#server/xds/count-takers.ts";
import { DeltaStream } from "#server/xds/delta-stream.ts";
import { Differing } from "#server/xds/differing.ts";
import { Packer } from "#server/xds/pack-response.ts";
import { parseNode } from "#server/xds/parse-node.ts";
import { ProxyBook } from "#server/xds/proxy-book.ts";
import { RolloutBook } from "#server/xds/rollout-book.ts";
import { ServedLayer } from "#server/xds/served-layer.ts";
import { SotwStream } from "#server/xds/sotw-stream.ts";
import { SubscriptionTable } from "#server/xds/subscription.ts";
import { Suspects } from "#server/xds/suspects.ts";
import { decodeDeltaRequest, decodeSotwRequest } from "#server/xds/wire.ts";
import { XdsMetrics } from "#server/xds/xds-metrics.ts";

/** Where views of the configuration come from. */
export interface ResourceSource {
  open(node: ProxyNode): ProxyView;
  close(node: ProxyNode): void;
  /** The layers that an open node is to hold, where those it holds are no longer; without it, it is closed and opened. */
  move?(node: ProxyNode): ProxyView;
}

export type AdsEvent =
  | { readonly kind: "connected" | "disconnected"; readonly id: string; readonly key: string }
  | { readonly kind: "ack"; readonly id: string }
  | { readonly kind: "nack"; readonly id: string; readonly refusals: readonly Refusal[] }
  /** A client asked for what is guarded and is nothing of its own. */
  | {
      readonly kind: "denied";
      readonly actor: string;
      readonly id: string;
      readonly from: string;
      readonly name: string;
    }
  | {
      readonly kind: "refused";
      /** Whose certificate was shown. */
      readonly actor: string;
      /** Who it said it was: perhaps another. */
      readonly node: string;
      readonly from: string;
      readonly reason: string;
    };

export interface AdsServerOptions {
  readonly source: ResourceSource;
  /** Whether this peer may be this node, and as what it is served. Throws PharosError "forbidden" or "unauthenticated". */
  readonly authorize: (
    node: ProxyNode,
    peer: Peer,
  ) => { readonly node: ProxyNode; readonly spiffeId: string | null; readonly isRegistered: boolean };
  readonly onEvent: (event: AdsEvent) => void;
  /** Whether somebody is to know who asks for a resource that is nothing of its own; of most it is a mistake and no more. */
  readonly isGuarded?: (type: XdsType, name: string) => boolean;
  /** A client's words of what it refuses as others may read them; absent: as they are. */
  readonly tellable?: (words: string) => string;
  /** The revision that the source stands at. */
  readonly revision?: number;
  readonly now?: () => number;
  /** Off: nothing that is encoded is shared. For showing that sharing changes no byte. */
  readonly isShared?: boolean;
  /** Before what a proxy refused for a cause that may pass is offered for the first time, the second, ...; the last from then on. */
  readonly offerAgainAfterMs?: readonly number[];
}

/** A port is often free again soon, and then within minutes or not for long. */
const OFFER_AGAIN_AFTER_MS = [30_000, 60_000, 300_000];

interface LayerEntry {
  readonly served: ServedLayer;
  readonly connections: Set<Connection>;
}

/** Serves ADS, delta and state of the world, to any number of proxies, and keeps book of who has what. */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #now: () => number;
  readonly #table = new SubscriptionTable();
  readonly #suspects = new Suspects();
  readonly #layers = new Map<Layer, LayerEntry>();
  readonly #proxies = new ProxyBook();
  readonly #rollouts = new RolloutBook();
  readonly #packer = new Packer();
  readonly metrics = new XdsMetrics(() => this.#proxies.connections().length);
  #revision: number;

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#revision = options.revision ?? 0;
  }

  methods(): Map<string, GrpcMethod> {
    const service = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
    return new Map([
      [`${service}/DeltaAggregatedResources`, { kind: "stream", open: (stream) => this.#accept(stream, true) }],
      [`${service}/StreamAggregatedResources`, { kind: "stream", open: (stream) => this.#accept(stream, false) }],
    ]);
  }

  /** `distributing` in one turn. */
  distribute(changes: readonly LayerChange[], revision: number | undefined, reopen?: ReadonlySet<ProxyNode>): void {
    inOneTurn(this.distributing(changes, revision, reopen));
  }

  /**
   * Sends what changed to those who need it. The layers already hold it. Without a revision nobody's roll-out is followed.
   * `reopen`: for whom the layers they hold are no longer. Each is moved before it is sent anything of this, in steps of one: it may be
   * a whole fleet, and others are served between them.
   */
  *distributing(
    changes: readonly LayerChange[],
    revision: number | undefined,
    reopen: ReadonlySet<ProxyNode> = new Set(),
  ): Generator<undefined, void, undefined> {
    if (revision !== undefined) {
      this.#revision = Math.max(this.#revision, revision);
      this.#rollouts.begin(revision, this.#now());
    }
    const concerned = new Set<Connection>();
    for (const [layer, own] of Map.groupBy(changes, (change) => change.layer)) {
      const entry = this.#layers.get(layer);
      if (entry === undefined) continue;
      const from = entry.served.version;
      entry.served.advance(own);
      for (const connection of entry.connections) {
        const index = connection.layers.indexOf(entry.served);
        if (!connection.isConcerned(index, from)) continue;
        concerned.add(connection);
        if (revision === undefined) continue;
        connection.expect(revision, index);
        this.#rollouts.require(revision, connection.node);
      }
    }
    const moved = reopen.size > 0 ? this.#proxies.connections().filter(({ node }) => reopen.has(node)) : [];
    for (const connection of concerned) if (!reopen.has(connection.node)) this.#settle(connection, connection.flush());
    try {
      yield* this.#reopen(moved, revision);
    } finally {
      if (revision !== undefined) this.#rollouts.counted(revision);
    }
  }

  /** Asks the source anew for their layers. Who finds there what it had is sent it again, and has nothing to take of the revision. */
  *#reopen(moved: readonly Connection[], revision: number | undefined): Generator<undefined, void, undefined> {
    const differing = new Differing();
    for (const connection of moved) {
      yield;
      // It may have gone meanwhile, or come back: then it has been opened as all is now.
      if (this.#proxies.connection(connection.node.id) !== connection) continue;
      const before = connection.layers.map(({ layer }) => layer);
      const layers = this.#moved(connection.node).map((layer) => this.#serve(layer));
      this.#leave(connection, new Set(layers));
      this.#join(connection, layers);
      connection.moveTo(layers);
      const isConcerned = layers.some(({ layer }, index) =>
        differing.between(before[index], layer).some(([type, name]) => connection.wants(type, name)),
      );
      if (revision !== undefined && isConcerned) {
        connection.expectAll(revision);
        this.#rollouts.require(revision, connection.node);
      }
      this.#settle(connection, connection.flush());
    }
  }

  #moved(node: ProxyNode): readonly Layer[] {
    const { source } = this.#options;
    if (source.move !== undefined) return source.move(node).layers;
    source.close(node);
    return source.open(node).layers;
  }

  distribution(revision: number): Distribution | undefined {
    return this.#rollouts.describe(revision, this.#proxies.away());
  }

  fleet(expiringBeforeMs: number): FleetSummary {
    return this.#proxies.summarize(this.#now(), expiringBeforeMs);
  }

  proxies(): ProxyStatus[] {
    return this.#proxies.list(this.#revision, this.#now());
  }

  /** What connected proxies refuse now. */
  refusals(): readonly StandingRefusal[] {
    return this.#proxies.refusals();
  }

  proxy(id: string): ProxyDetail | undefined {
    return this.#proxies.detail(id, this.#revision);
  }

  /** Layers of a connected proxy; undefined while it is away. */
  view(id: string): ProxyView | undefined {
    const connection = this.#proxies.connection(id);
    return connection === undefined ? undefined : { layers: connection.layers.map(({ layer }) => layer) };
  }

  /** Who would be sent these changes, as a roll-out counts them: who holds the layer and has asked for the resource. */
  takers(changed: readonly ChangedName[]): Takers {
    const entries = new Map(Array.from(this.#layers.values(), (entry) => [entry.served.layer.id, entry]));
    return countTakers(changed, (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      const { served, connections } = entry;
      return { has: (type, name) => served.has(type, name), connections };
    });
  }

  #accept(stream: ServerStream, isDelta: boolean): StreamHandler {
    let connection: Connection | undefined;
    return {
      onMessage: (message) => {
        connection ??= this.#connect(stream, message, isDelta);
        this.#receive(connection, message);
      },
      onDrain: () => {
        if (connection !== undefined) this.#settle(connection, connection.drained());
      },
      onClose: () => {
        if (connection !== undefined) this.#disconnect(connection);
      },
    };
  }

  #connect(stream: ServerStream, message: Buffer, isDelta: boolean): Connection {
    const node = this.#admit(stream.peer, readNode(message, isDelta), isDelta);
    const layers = this.#options.source.open(node.node).layers.map((layer) => this.#serve(layer));
    const machine = isDelta
      ? new DeltaStream(layers, this.#table, this.#suspects)
      : new SotwStream(layers, this.#table);
    const { offerAgainAfterMs = OFFER_AGAIN_AFTER_MS, tellable = (words) => words } = this.#options;
    const [now, packer, metrics] = [this.#now, this.#packer, this.metrics];
    const given = { stream, machine, layers, now, packer, metrics, offerAgainAfterMs, tellable };
    const connection = new Connection({ ...node, ...given });
    this.#join(connection, layers);
    const before = this.#proxies.connect(connection, stream.peer.certificate?.notAfter.toISOString() ?? null);
    before?.end(
      new PharosError("unavailable", `node ${connection.node.id} has connected anew`, {
        hint: "if that was another agent, give each a name of its own with --name",
      }),
    );
    this.#options.onEvent({ kind: "connected", id: connection.node.id, key: keyOf(connection.node) });
    return connection;
  }

  /** Reads who it says it is and holds that against its certificate. */
  #admit(peer: Peer, bytes: Buffer, isDelta: boolean): { node: ProxyNode; spiffeId: string | null } {
    let name = "unknown";
    try {
      const said = parseNode(bytes, isDelta);
      name = said.id;
      const { node, spiffeId, isRegistered } = this.#options.authorize(said, peer);
      const present = this.#proxies.connection(node.id)?.spiffeId ?? null;
      // A proxy that comes back takes the place of its own stream, and of another identity's only under a name that is registered as its own.
      if (present !== null && spiffeId !== null && present !== spiffeId && !isRegistered)
        throw new PharosError("forbidden", `node ${node.id} is connected as ${present}, and now showed ${spiffeId}`, {
          hint: "give each instance a name of its own",
        });
      return { node, spiffeId };
    } catch (error) {
      this.#options.onEvent({
        kind: "refused",
        actor: claimedId(peer),
        node: name,
        from: peer.address,
        reason: PharosError.from(error).message,
      });
      throw error;
    }
  }

  #serve(layer: Layer): ServedLayer {
    const known = this.#layers.get(layer);
    if (known !== undefined) return known.served;
    const served = new ServedLayer(layer, this.#options.isShared ?? true);
    this.#layers.set(layer, { served, connections: new Set() });
    return served;
  }

  #join(connection: Connection, layers: readonly ServedLayer[]): void {
    for (const { layer } of layers) this.#layers.get(layer)?.connections.add(connection);
  }

  #leave(connection: Connection, kept: ReadonlySet<ServedLayer> = new Set()): void {
    for (const served of connection.layers) {
      if (kept.has(served)) continue;
      const { layer } = served;
      const entry = this.#layers.get(layer);
      entry?.connections.delete(connection);
      if (entry?.connections.size === 0) this.#layers.delete(layer);
    }
  }

  #disconnect(connection: Connection): void {
    connection.closed();
    this.#leave(connection);
    this.#options.source.close(connection.node);
    if (!this.#proxies.disconnect(connection, this.#revision, this.#now())) return;
    this.#rollouts.leave(connection.node.id);
    this.#options.onEvent({ kind: "disconnected", id: connection.node.id, key: keyOf(connection.node) });
  }

  #receive(connection: Connection, message: Buffer): void {
    const { id } = connection.node;
    const { refusals, taken, placed, settled, missing } = connection.receive(message);
    this.#tellDenied(connection, missing);
    if (refusals.length > 0) {
      for (const type of new Set(refusals.map((refusal) => refusal.type))) this.metrics.rejected(type);
      this.#proxies.refused(id, refusals);
      this.#options.onEvent({ kind: "nack", id, refusals });
    }
    for (const { type, names } of taken) this.#rollouts.take(id, type, names, this.#now());
    for (const each of placed) this.#rollouts.place(id, each);
    if (taken.length > 0) this.#options.onEvent({ kind: "ack", id });
    this.#settle(connection, settled);
  }

  #tellDenied(connection: Connection, missing: readonly { readonly type: XdsType; readonly name: string }[]): void {
    for (const { type, name } of missing) {
      if (this.#options.isGuarded?.(type, name) !== true || !connection.countDenied(name)) continue;
      const { node, spiffeId } = connection;
      const actor = spiffeId ?? node.id;
      this.#options.onEvent({ kind: "denied", actor, id: node.id, from: connection.from, name });
    }
  }

  #settle({ node }: Connection, settled: readonly Settled[]): void {
    for (const { revision, refusals } of settled) {
      const ackMs = this.#rollouts.settle(revision, node.id, refusals, this.#now());
      if (refusals.length > 0) continue;
      if (ackMs !== undefined) this.metrics.acknowledged(ackMs);
      this.#proxies.took(node.id, revision);
    }
    if (settled.length > 0) this.#options.onEvent({ kind: "ack", id: node.id });
  }
}

function readNode(message: Buffer, isDelta: boolean): Buffer {
  try {
    const { node } = isDelta ? decodeDeltaRequest(message) : decodeSotwRequest(message);
    if (node !== undefined) return node;
  } catch (error) {
    throw new PharosError("invalid", "the first message on a stream is not a discovery request", { cause: error });
  }
  throw new PharosError("invalid", "the first message on a stream must carry the node");
}

function keyOf({ namespace, name }: ProxyNode): string {
  return `${namespace}/${name}`;
}
