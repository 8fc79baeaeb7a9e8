import { PharosError } from "#core/errors.ts";
import type { Refusal, SyncState } from "#core/view/mesh.ts";
import type { RefusedResource } from "#core/xds/judge-refusal.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import { mayPass } from "#core/xds/passing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import { heldWithout, isSameOrigins, type Placed } from "#server/xds/held-without.ts";
import { OfferSchedule } from "#server/xds/offer-schedule.ts";
import type { Packer } from "#server/xds/pack-response.ts";
import type { Response } from "#server/xds/response.ts";
import type { ServedLayer } from "#server/xds/served-layer.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/stream-machine.ts";
import type { Subscription } from "#server/xds/subscription.ts";
import type { XdsMetrics } from "#server/xds/xds-metrics.ts";

/** A revision on its way: it has arrived when the client has answered this version of this layer. */
interface Pending {
  readonly revision: number;
  readonly layerIndex: number;
  readonly version: number;
}

/** A revision that the client has answered. */
export interface Settled {
  readonly revision: number;
  /** Empty when it took all of it. */
  readonly refusals: readonly Refusal[];
}

export interface ConnectionOptions {
  readonly node: ProxyNode;
  readonly stream: ServerStream;
  readonly machine: StreamMachine;
  readonly layers: readonly ServedLayer[];
  readonly spiffeId: string | null;
  readonly now: () => number;
  readonly packer: Packer;
  readonly metrics: Pick<XdsMetrics, "sent">;
  /** Before what was refused for a cause that may pass is offered for the first time, the second, ... */
  readonly offerAgainAfterMs: readonly number[];
  /** A client's words as others may read them: they may quote what it was sent. */
  readonly tellable: (words: string) => string;
}

/** What a request told. */
export interface Received {
  /** What the client refused with it. What it says again of what it was offered again is no news. */
  readonly refusals: readonly Refusal[];
  /** What it had refused before, and took. */
  readonly taken: readonly { readonly type: XdsType; readonly names: readonly string[] }[];
  /** What it had refused, and took without what was at fault. */
  readonly placed: readonly Placed[];
  /** What it asked for by name and none of its layers has. */
  readonly missing: readonly { readonly type: XdsType; readonly name: string }[];
  /** The revisions that have arrived. */
  readonly settled: readonly Settled[];
}

/** With this much waiting to leave, a client is sent no news; with the second, it is let go. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
const QUEUE_BYTES_LIMIT = 512 * 1024 * 1024;

/** A client that tries names is told of so often, each time that it connects. */
const DENIED_TOLD_MAX = 10;

/** Of one proxy; far more than anybody reads. */
const REFUSALS_KEPT = 1000;

const ALWAYS_SHOWN = ["CDS", "EDS", "LDS", "RDS"] as const satisfies readonly XdsType[];

/** One client's stream: its state machine, its socket, and which revisions are on their way to it. */
export class Connection {
  readonly node: ProxyNode;
  layers: readonly ServedLayer[];
  readonly spiffeId: string | null;
  readonly connectedSinceMs: number;
  readonly #stream: ServerStream;
  readonly #machine: StreamMachine;
  readonly #now: () => number;
  readonly #packer: Packer;
  readonly #metrics: Pick<XdsMetrics, "sent">;
  readonly #offers: OfferSchedule;
  readonly #tellable: (words: string) => string;
  /** By type and resource, the newest of each. */
  readonly #refusals = new Map<string, Refusal>();
  /** Of what it refuses now, without which it held what it had before. */
  readonly #heldBefore = new Map<string, readonly Origin[]>();
  readonly #denied = new Set<string>();
  #pending: Pending[] = [];
  #unsettled: Refusal[] = [];
  #isBlocked = false;
  bytesSent = 0;

  constructor(options: ConnectionOptions) {
    const { node, stream, machine, layers, spiffeId, now, packer, metrics, offerAgainAfterMs, tellable } = options;
    this.node = node;
    this.layers = layers;
    this.spiffeId = spiffeId;
    this.connectedSinceMs = now();
    this.#stream = stream;
    this.#machine = machine;
    this.#now = now;
    this.#packer = packer;
    this.#metrics = metrics;
    this.#tellable = tellable;
    this.#offers = new OfferSchedule(offerAgainAfterMs, () => this.#offerAgain());
  }

  /** Answers a request. Throws "invalid" on a message that is not one. */
  receive(message: Buffer): Received {
    const before = this.refused().filter(({ isHeldWithout }) => isHeldWithout);
    const { responses, events } = this.#read(message);
    const refusals = events.flatMap((event) =>
      event.kind === "nack" && !event.isAgain
        ? event.refused.map((refused) => this.#describe(event.type, refused))
        : [],
    );
    const taken = events.filter((event) => event.kind === "taken");
    this.#unsettled.push(...refusals);
    for (const refusal of refusals) this.#note(refusal, before);
    const placed = events.flatMap((event) => (event.kind === "placed" ? [this.#blame(event)] : []));
    for (const response of responses) this.#send(response);
    const settled = this.flush();
    this.#offers.note(this.#machine.hasPassing);
    const missing = events.flatMap((event) =>
      event.kind === "missing" ? event.names.map((name) => ({ type: event.type, name })) : [],
    );
    return { refusals, taken, placed, missing, settled };
  }

  /** Where the client comes from. */
  get from(): string {
    return this.#stream.peer.address;
  }

  /** Whether it is news that the client asked for this; of one client only so many are. */
  countDenied(name: string): boolean {
    if (this.#denied.has(name) || this.#denied.size >= DENIED_TOLD_MAX) return false;
    this.#denied.add(name);
    return true;
  }

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    return this.#machine.isConcerned(layerIndex, fromVersion);
  }

  wants(type: XdsType, name: string): boolean {
    return this.#machine.wants(type, name);
  }

  subscription(type: XdsType): Subscription | undefined {
    return this.#machine.subscription(type);
  }

  /** The version of a layer that a revision made must reach this client. */
  expect(revision: number, layerIndex: number): void {
    this.#pending.push({ revision, layerIndex, version: this.layers[layerIndex]?.version ?? 0 });
  }

  /** All that this client is sent from here on carries a revision. */
  expectAll(revision: number): void {
    for (const index of this.layers.keys()) this.expect(revision, index);
  }

  /** Other layers take the place of those it had. What was on its way is counted from them. */
  moveTo(layers: readonly ServedLayer[]): void {
    this.layers = layers;
    this.#machine.moveTo(layers);
    this.#pending = [...new Set(this.#pending.map(({ revision }) => revision))].flatMap((revision) =>
      layers.map(({ version }, layerIndex) => ({ revision, layerIndex, version })),
    );
  }

  /** Sends what the client is ready for; returns the revisions it turned out to have. */
  flush(): readonly Settled[] {
    if (!this.#isBlocked) for (const response of this.#machine.flush()) this.#send(response);
    return this.#settle();
  }

  /** What waited has left. */
  drained(): readonly Settled[] {
    if (!this.#isBlocked || this.#stream.queuedBytes > 0) return [];
    this.#isBlocked = false;
    return this.flush();
  }

  /** True when it holds everything it is to hold. */
  get isCurrent(): boolean {
    const states = [...this.#machine.sync().values()];
    return this.#pending.length === 0 && states.length > 0 && states.every((state) => state === "SYNCED");
  }

  sync(): Partial<Record<XdsType, SyncState>> {
    const known = this.#machine.sync();
    return { ...Object.fromEntries(ALWAYS_SHOWN.map((type) => [type, "NOT SENT"])), ...Object.fromEntries(known) };
  }

  /** What it refuses now, the newest first. */
  refused(): readonly Refusal[] {
    if (this.#refusals.size === 0) return [];
    const standing = new Map(Array.from(this.#machine.standing(), ([type, names]) => [type, new Set(names)]));
    return [...this.#refusals.values()]
      .filter(({ type, resource }) => standing.get(type)?.has(resource) === true)
      .reverse();
  }

  /** The client has gone. */
  closed(): void {
    this.#offers.stop();
  }

  /** `before`: what it held without something until now. */
  #note(refusal: Refusal, before: readonly Refusal[]): void {
    const key = keyOf(refusal);
    const held = before.find((each) => keyOf(each) === key);
    if (held === undefined) this.#heldBefore.delete(key);
    else this.#heldBefore.set(key, held.origins);
    this.#refusals.delete(key);
    this.#refusals.set(key, refusal);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size <= REFUSALS_KEPT || oldest === undefined) return;
    this.#refusals.delete(oldest);
    this.#heldBefore.delete(oldest);
  }

  /** What is at fault is known: without it the client took the resource. */
  #blame({ type, name, without }: StreamEvent & { readonly kind: "placed" }): Placed {
    const key = keyOf({ type, resource: name });
    const placed = { type, name, without, isAsBefore: isSameOrigins(this.#heldBefore.get(key) ?? [], without) };
    const known = this.#refusals.get(key);
    if (known !== undefined) this.#refusals.set(key, heldWithout(known, placed));
    this.#unsettled = this.#unsettled.map((each) => heldWithout(each, placed));
    return placed;
  }

  #offerAgain(): void {
    if (!this.#isBlocked) for (const response of this.#machine.offerAgain()) this.#send(response);
  }

  end(error: PharosError): void {
    this.#stream.fail(error);
  }

  #read(message: Buffer): ReturnType<StreamMachine["receive"]> {
    try {
      return this.#machine.receive(message);
    } catch (error) {
      if (error instanceof RangeError)
        throw new PharosError(
          "invalid",
          `node ${this.node.id} sent a message that is not a discovery request: ${error.message}`,
          {
            cause: error,
          },
        );
      throw error;
    }
  }

  #settle(): Settled[] {
    if (this.#pending.length === 0) {
      this.#unsettled = [];
      return [];
    }
    const { answered } = this.#machine;
    const arrived = this.#pending.filter(({ layerIndex, version }) => (answered[layerIndex] ?? 0) >= version);
    if (arrived.length === 0) return [];
    this.#pending = this.#pending.filter((pending) => !arrived.includes(pending));
    const byRevision = Map.groupBy(arrived, ({ revision }) => revision);
    const refusals = this.#unsettled;
    this.#unsettled = [];
    const touches = (pending: Pending, { type, resource }: Refusal): boolean =>
      this.layers[pending.layerIndex]?.touched(pending.version, type, resource) ?? false;
    return [...byRevision]
      .filter(([revision]) => !this.#pending.some((pending) => pending.revision === revision))
      .map(([revision, parts]) => ({
        revision,
        refusals:
          byRevision.size === 1 ? refusals : refusals.filter((refusal) => parts.some((part) => touches(part, refusal))),
      }));
  }

  #describe(type: XdsType, { name, message }: RefusedResource): Refusal {
    const at = new Date(this.#now()).toISOString();
    const origins: readonly Origin[] =
      this.layers.map(({ layer }) => layer.resources.get(type)?.get(name)).find((resource) => resource !== undefined)
        ?.origins ?? [];
    const told = this.#tellable(message);
    return { at, type, resource: name, message: told, origins, ...(mayPass(message) ? { isOfferedAgain: true } : {}) };
  }

  #send(response: Response): void {
    const packed = this.#stream.acceptsGzip ? this.#packer.pack(response) : undefined;
    const parts = packed === undefined ? response.parts : [packed];
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    this.bytesSent += bytes;
    this.#metrics.sent(response.typeUrl, bytes);
    this.#stream.send(parts, packed !== undefined);
    const { queuedBytes } = this.#stream;
    if (queuedBytes > QUEUE_BYTES_MAX) this.#isBlocked = true;
    if (queuedBytes > QUEUE_BYTES_LIMIT)
      this.end(new PharosError("exhausted", `node ${this.node.id} asks for more than it reads`));
  }
}

const keyOf = ({ type, resource }: Pick<Refusal, "type" | "resource">): string => `${type} ${resource}`;
