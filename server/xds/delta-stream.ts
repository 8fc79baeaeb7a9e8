import type { SyncState } from "#core/view/mesh.ts";
import { PUSH_ORDER, TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { attributeRefusal, type RefusedResource } from "#server/xds/attribute-refusal.ts";
import { composeDelta, composeEmpty, type DeltaExtras, namesIn, type Response } from "#server/xds/response.ts";
import {
  type Chunk,
  NOTHING_REFUSED,
  passing,
  type Refused,
  refusedAfter,
  type ServedLayer,
  standing,
} from "#server/xds/served-layer.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/stream-machine.ts";
import {
  lazyNames,
  type NameList,
  NO_NAMES,
  NO_SUBSCRIPTION,
  type Subscription,
  type SubscriptionTable,
  wants,
} from "#server/xds/subscription.ts";
import { type DeltaRequest, decodeDeltaRequest } from "#server/xds/wire.ts";

const TYPE_OF = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));
/** Types of which a first request without names wants everything. */
const LEGACY_WILDCARD: ReadonlySet<XdsType> = new Set(["CDS", "LDS", "VHDS"]);
/** Traffic is sent to a cluster only once the client has it, and its endpoints. */
const FIRST_STAGE: readonly XdsType[] = ["CDS", "EDS"];
const SECOND_STAGE = PUSH_ORDER.filter((type) => !FIRST_STAGE.includes(type));

/** The version of a layer of which a client has nothing. */
const NEVER = -1;

interface Flags {
  /** True for what `flush` sent, false for the answer to a subscription. */
  readonly isPush: boolean;
  /** Of what was refused before. */
  readonly isAgain: boolean;
}

interface Sent extends Flags {
  readonly response: Response;
}

interface TypeState {
  subscription: Subscription;
  /** A wildcard that came of an empty first request ends with the first explicit name. */
  wildcard: "none" | "legacy" | "explicit";
  /** Not answered, oldest first. */
  readonly sent: Sent[];
  /** Resources of which the client keeps an older version, or none. */
  refused: Refused;
}

/**
 * Delta ADS for one client. It remembers what the client wants and to which version of each layer it was brought, never
 * the resources one by one: that is what lets any number of clients share what they are sent.
 *
 * Kept: every subscribed name is answered; subscription changes count even with a stale nonce; a client that comes back
 * gets what differs; endpoints follow every cluster, virtual hosts every route configuration; listeners and routes wait
 * until the clusters before them are acknowledged, removals go last; a refusal is never answered, and what was refused for a
 * cause that may pass is sent again when asked to.
 */
export class DeltaStream implements StreamMachine {
  #layers: readonly ServedLayer[];
  readonly #table: SubscriptionTable;
  readonly #types = new Map<XdsType, TypeState>();
  /** Layer versions to which clusters and endpoints were sent, and all the rest. */
  #clustersAt: readonly number[];
  #restAt: readonly number[];
  #pushesOut = 0;
  /** Names that were in layers it no longer has. */
  #left: ReadonlyMap<XdsType, ReadonlySet<string>> = new Map();
  /** Clusters sent before the client asked for endpoints: it waits for these endpoints, even if it holds them. */
  #clustersAhead: NameList = NO_NAMES;
  answered: readonly number[];

  constructor(layers: readonly ServedLayer[], table: SubscriptionTable) {
    this.#layers = layers;
    this.#table = table;
    this.#clustersAt = this.#restAt = this.answered = layers.map(({ version }) => version);
  }

  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeDeltaRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined)
      return { responses: request.nonce === "" ? [composeEmpty(request.typeUrl, true)] : [], events: [] };
    const known = this.#types.get(type);
    const state = known ?? { subscription: NO_SUBSCRIPTION, wildcard: "none", sent: [], refused: NOTHING_REFUSED };
    this.#types.set(type, state);
    const events = known === undefined || request.nonce === "" ? [] : this.#answer(type, state, request);
    return { responses: this.#subscribe(type, state, request, known === undefined), events };
  }

  flush(): readonly Response[] {
    if (this.#pushesOut > 0) return [];
    const now = this.#layers.map(({ version }) => version);
    const isWarming = this.#isOut("CDS") || this.#isOut("EDS");
    const first = equal(this.#clustersAt, now) ? [] : this.#pushStage(FIRST_STAGE, this.#clustersAt);
    this.#clustersAt = now;
    if (isWarming || this.#isOut("CDS")) return first;
    const rest = equal(this.#restAt, now)
      ? []
      : [...this.#pushStage(SECOND_STAGE, this.#restAt), ...this.#pushRemovals(this.#restAt)];
    this.#restAt = now;
    this.#left = new Map();
    if (this.#pushesOut === 0) this.answered = now;
    return [...first, ...rest];
  }

  moveTo(layers: readonly ServedLayer[]): void {
    const kept = (versions: readonly number[]): readonly number[] =>
      layers.map((layer) => (this.#layers.includes(layer) ? (versions[this.#layers.indexOf(layer)] ?? NEVER) : NEVER));
    const left = this.#layers.filter((layer) => !layers.includes(layer)).flatMap(({ layer }) => [...layer.resources]);
    this.#left = new Map(
      PUSH_ORDER.map((type) => [
        type,
        new Set([
          ...(this.#left.get(type) ?? []),
          ...left.flatMap(([of, all]) => (of === type ? [...all.keys()] : [])),
        ]),
      ]),
    );
    [this.#clustersAt, this.#restAt, this.answered] = [kept(this.#clustersAt), kept(this.#restAt), kept(this.answered)];
    this.#layers = layers;
  }

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    const layer = this.#layers[layerIndex];
    if (layer === undefined) return false;
    for (const [type, { subscription }] of this.#types) {
      for (const name of layer.touchedSince(type, fromVersion)) if (wants(subscription, name)) return true;
    }
    return false;
  }

  sync(): ReadonlyMap<XdsType, SyncState> {
    return new Map(
      Array.from(this.#types, ([type, { sent, refused, subscription }]) => [
        type,
        standing(type, refused, subscription, this.#layers).length > 0 ? "ERROR" : sent.length > 0 ? "STALE" : "SYNCED",
      ]),
    );
  }

  get hasPassing(): boolean {
    return [...this.#types].some(([type, state]) => this.#passing(type, state).length > 0);
  }

  offerAgain(): readonly Response[] {
    const isBehind = this.#layers.some(({ version }, index) => this.#restAt[index] !== version);
    if (isBehind || [...this.#types.values()].some(({ sent }) => sent.length > 0)) return [];
    return [...this.#types].flatMap(([type, state]) => {
      const names = this.#passing(type, state);
      if (names.length === 0) return [];
      const list = lazyNames(`again ${names.join(" ")}`, () => names);
      const chunks = this.#layers.map((layer) => layer.named(type, list));
      const offer = this.#send(type, state, chunks, {}, { isPush: true, isAgain: true });
      return [offer, ...this.#follow(type, chunks, { isPush: true })];
    });
  }

  #passing(type: XdsType, { refused, subscription }: TypeState): readonly string[] {
    return passing(type, refused, subscription, this.#layers);
  }

  #isOut(type: XdsType): boolean {
    return (this.#types.get(type)?.sent.length ?? 0) > 0;
  }

  /** An ACK or NACK. Responses older than the one it names were passed over: what followed them is answered. */
  #answer(type: XdsType, state: TypeState, { nonce, error }: DeltaRequest): StreamEvent[] {
    const at = state.sent.findIndex(({ response }) => response.nonce === nonce);
    if (at < 0) return [{ kind: "stale", type, nonce }];
    const events: StreamEvent[] = [];
    let refused: readonly RefusedResource[] = [];
    let isSaidAgain = false;
    for (const { response, isPush, isAgain } of state.sent.splice(0, at + 1)) {
      if (isPush) this.#pushesOut -= 1;
      const isRefused = response.nonce === nonce && error !== undefined;
      // Nearly always: nobody asks what the names were, and a first answer holds thousands.
      if (!isRefused && !isAgain && state.refused.size === 0) continue;
      const names = namesIn(response);
      refused = isRefused ? attributeRefusal(error, names) : [];
      const isUnnamed = refused.some(({ name }) => name === "");
      const taken = isAgain && !isUnnamed ? names.filter((name) => !refused.some((each) => each.name === name)) : [];
      if (taken.length > 0) events.push({ kind: "taken", type, names: taken });
      isSaidAgain = isAgain && refused.every(({ name, message }) => state.refused.get(name) === message);
      state.refused = refusedAfter(state.refused, names, refused);
    }
    if (this.#pushesOut === 0) this.answered = this.#restAt;
    if (error === undefined) events.push({ kind: "ack", type });
    else events.push({ kind: "nack", type, refused, ...(isSaidAgain ? { isAgain: true } : {}) });
    return events;
  }

  #subscribe(type: XdsType, state: TypeState, request: DeltaRequest, isFirst: boolean): Response[] {
    const add = this.#table.names(request.subscribe);
    const remove = this.#table.names(request.unsubscribe);
    if (!isFirst && add === NO_NAMES && remove === NO_NAMES) return [];
    if (isFirst && add === NO_NAMES && LEGACY_WILDCARD.has(type)) state.wildcard = "legacy";
    else if (add.names.has("*")) state.wildcard = "explicit";
    // Virtual hosts on demand are asked for by name beside the wildcard that Envoy began with.
    else if (add !== NO_NAMES && state.wildcard === "legacy" && type !== "VHDS") state.wildcard = "none";
    if (remove.names.has("*")) state.wildcard = "none";
    const isWildcard = state.wildcard !== "none";
    state.subscription = this.#table.change(state.subscription, add, remove, isWildcard);
    if (isFirst && request.versions.length > 0) return this.#resume(type, state, request, add);
    if (add.names.has("*") || (isFirst && add === NO_NAMES))
      return this.#reply(type, state, (layer) => layer.full(type, state.subscription), this.#missing(type, add));
    if (add !== NO_NAMES) return this.#reply(type, state, (layer) => layer.named(type, add), this.#missing(type, add));
    // The client forgets a name it lets go of, though the wildcard still covers it.
    return isWildcard
      ? this.#reply(type, state, (layer) => layer.named(type, remove), this.#missing(type, remove))
      : [];
  }

  /** A client that comes back: what differs from what it holds, and what of it is gone. */
  #resume(type: XdsType, state: TypeState, request: DeltaRequest, add: NameList): Response[] {
    const held = this.#table.held(request.versions);
    const also = type === "EDS" ? this.#clustersAhead : NO_NAMES;
    const missing = this.#missing(type, add).filter((name) => !held.names.has(name));
    return this.#reply(
      type,
      state,
      (layer) => layer.full(type, state.subscription, held, also),
      missing,
      this.#missing(type, held),
    );
  }

  #reply(
    type: XdsType,
    state: TypeState,
    chunkOf: (layer: ServedLayer) => Chunk,
    missing: readonly string[],
    gone: readonly string[] = [],
  ): Response[] {
    const chunks = this.#layers.map(chunkOf);
    const answer = this.#send(
      type,
      state,
      chunks,
      type === "VHDS" ? { removed: gone, absent: missing } : { removed: [...gone, ...missing] },
    );
    if (type === "EDS") this.#clustersAhead = NO_NAMES;
    return [answer, ...this.#follow(type, chunks)];
  }

  /** Endpoints of clusters that were sent, virtual hosts of route configurations. */
  #follow(type: XdsType, chunks: readonly Chunk[], flags: Partial<Flags> = {}): Response[] {
    const follower = type === "CDS" ? "EDS" : type === "RDS" ? "VHDS" : undefined;
    const sent = namesOf(chunks);
    if (follower === undefined || sent === NO_NAMES) return [];
    const following = this.#types.get(follower);
    if (following === undefined) {
      if (type === "CDS") this.#clustersAhead = sent;
      return [];
    }
    const after = this.#layers.map((layer) =>
      layer.since(follower, following.subscription, layer.version, followersIn(layer, type, sent)),
    );
    return after.every(isEmpty) ? [] : [this.#send(follower, following, after, {}, flags)];
  }

  #missing(type: XdsType, list: NameList): readonly string[] {
    if (list === NO_NAMES) return [];
    const [largest, ...others] = this.#layers.toSorted((a, b) => b.size(type) - a.size(type));
    return (largest?.missing(type, list) ?? []).filter((name) => !others.some((layer) => layer.has(type, name)));
  }

  #pushStage(types: readonly XdsType[], from: readonly number[]): Response[] {
    const responses: Response[] = [];
    const pushed = new Map<XdsType, NameList>();
    for (const type of types) {
      const state = this.#types.get(type);
      if (state === undefined) continue;
      const leader = type === "EDS" ? "CDS" : type === "VHDS" ? "RDS" : undefined;
      const led = leader === undefined ? NO_NAMES : (pushed.get(leader) ?? NO_NAMES);
      const chunks = this.#layers.map((layer, index) =>
        layer.since(
          type,
          state.subscription,
          from[index] ?? 0,
          leader === undefined ? NO_NAMES : followersIn(layer, leader, led),
        ),
      );
      // A domain that one virtual host takes from another is in both until the other is gone, and Envoy refuses that.
      const removed = type === "VHDS" ? this.#removed(type, state, from) : [];
      if (chunks.every(isEmpty) && removed.length === 0) continue;
      if (type === "CDS" || type === "RDS") pushed.set(type, namesOf(chunks));
      responses.push(this.#send(type, state, chunks, removed.length === 0 ? {} : { removed }, { isPush: true }));
    }
    return responses;
  }

  #pushRemovals(from: readonly number[]): Response[] {
    return PUSH_ORDER.toReversed().flatMap((type) => {
      const state = this.#types.get(type);
      if (state === undefined || type === "VHDS") return [];
      const removed = this.#removed(type, state, from);
      return removed.length === 0 ? [] : [this.#send(type, state, [], { removed }, { isPush: true })];
    });
  }

  #removed(type: XdsType, { subscription }: TypeState, from: readonly number[]): string[] {
    const left = [...(this.#left.get(type) ?? [])].filter((name) => wants(subscription, name));
    const gone = this.#layers.flatMap((layer, index) => layer.goneSince(type, subscription, from[index] ?? 0));
    return [...new Set([...left, ...gone])].filter((name) => !this.#layers.some((layer) => layer.has(type, name)));
  }

  #send(
    type: XdsType,
    state: TypeState,
    chunks: readonly Chunk[],
    extras: DeltaExtras = {},
    { isPush = false, isAgain = false }: Partial<Flags> = {},
  ): Response {
    const response = composeDelta(type, chunks, extras);
    if (isPush) this.#pushesOut += 1;
    state.sent.push({ response, isPush, isAgain });
    return response;
  }
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index]);
}

function isEmpty({ names }: Chunk): boolean {
  return names.length === 0;
}

/** Names of several chunks as one list, known by what the chunks hold; read only where the answer is not known yet. */
function namesOf(chunks: readonly Chunk[]): NameList {
  const used = chunks.filter((chunk) => !isEmpty(chunk));
  return used.length === 0
    ? NO_NAMES
    : lazyNames(used.map(({ hash }) => hash).join("+"), () => used.flatMap(({ names }) => names));
}

/** What a layer must send after these clusters or route configurations: endpoints carry their names, virtual hosts begin with them. */
function followersIn(layer: ServedLayer, leader: XdsType, led: NameList): NameList {
  if (led === NO_NAMES || leader === "CDS") return led;
  const hosts = layer.hostsOf(led);
  return hosts.length === 0 ? NO_NAMES : lazyNames(`hosts ${led.key}`, () => hosts);
}
