import { PUSH_ORDER, TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import type { Round, Sent, StreamEvent, StreamMachine } from "#server/xds/client-state.ts";
import { composeDelta, composeEmpty, type Response } from "#server/xds/response.ts";
import type { Chunk, ServedLayer } from "#server/xds/served-layer.ts";
import { EMPTY_NAMES, type NameList, type Subscription, type SubscriptionTable } from "#server/xds/subscription.ts";
import { type DeltaRequest, decodeDeltaRequest, decodeVersions } from "#server/xds/wire.ts";

const TYPE_OF = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));

interface TypeState {
  subscription: Subscription;
  /** Sent and not answered, oldest first. */
  readonly sent: Sent[];
  isRefused: boolean;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * Delta ADS for one client, without sockets. It remembers what the client wants and to which version of each layer it
 * was brought, never the resources one by one: that is what lets any number of clients share what they are sent.
 *
 * Rules kept: every subscribed name is answered; subscription changes count even with a stale nonce; a first request
 * with initial versions gets only what differs; endpoints follow every cluster, virtual hosts every route
 * configuration; additions before removals; no new round while one is unanswered; a refusal is never answered.
 */
export class DeltaStream implements StreamMachine {
  readonly #layers: readonly ServedLayer[];
  readonly #table: SubscriptionTable;
  readonly #types = new Map<XdsType, TypeState>();
  #versions: number[];
  #round: Round | undefined;

  constructor(layers: readonly ServedLayer[], table: SubscriptionTable) {
    this.#layers = layers;
    this.#table = table;
    this.#versions = layers.map(({ version }) => version);
  }

  get isWaiting(): boolean {
    return this.#round !== undefined;
  }

  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeDeltaRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined) {
      // A type that is not served: an empty answer to the first request, silence to its acknowledgement.
      return { responses: request.nonce === "" ? [composeEmpty(request.typeUrl)] : [], events: [] };
    }
    const known = this.#types.get(type);
    const events = request.nonce === "" || known === undefined ? [] : this.#answered(type, known, request);
    const state = known ?? { subscription: this.#table.none, sent: [], isRefused: false };
    const responses = this.#subscribe(type, state, request, known === undefined);
    this.#types.set(type, state);
    return { responses, events };
  }

  flush(): readonly Response[] {
    if (this.#round !== undefined || this.#layers.every(({ version }, index) => version === this.#versions[index])) return [];
    const round: Round = { open: 0, refused: false, toVersions: this.#layers.map(({ version }) => version) };
    const upserts: Response[] = [];
    const removals: Response[] = [];
    const clusters = new Set<string>();
    const routes = new Set<string>();
    for (const type of PUSH_ORDER) {
      const state = this.#types.get(type);
      if (state === undefined) continue;
      const also = type === "EDS" ? clusters : type === "VHDS" && routes.size > 0 ? this.#hostsOf(routes) : NO_NAMES;
      const chunks = this.#layers.map((layer, index) => layer.since(type, state.subscription, this.#versions[index] ?? 0, also));
      if (type === "CDS") for (const { names } of chunks) for (const name of names) clusters.add(name);
      if (type === "RDS") for (const { names } of chunks) for (const name of names) routes.add(name);
      const added = chunks.filter(({ names }) => names.length > 0).map((chunk): Chunk => (chunk.removed.length === 0 ? chunk : { ...chunk, removed: [] }));
      const removed = chunks.flatMap((chunk) => chunk.removed).filter((name) => !this.#layers.some((layer) => layer.has(type, name)));
      if (added.length > 0) upserts.push(this.#sending(type, state, composeDelta(type, added), round));
      if (removed.length > 0) removals.unshift(this.#sending(type, state, composeDelta(type, [], { removed }), round));
    }
    this.#versions = [...round.toVersions];
    if (round.open > 0) this.#round = round;
    return [...upserts, ...removals];
  }

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    const layer = this.#layers[layerIndex];
    if (layer === undefined) return false;
    for (const [type, { subscription }] of this.#types) {
      const touched = layer.touchedSince(type, fromVersion);
      if (touched === undefined || (subscription.isWildcard && touched.size > 0)) return true;
      for (const name of touched) if (subscription.names.has(name)) return true;
    }
    return false;
  }

  sync(): ReadonlyMap<XdsType, "SYNCED" | "STALE" | "NOT SENT" | "ERROR"> {
    const states = new Map<XdsType, "SYNCED" | "STALE" | "NOT SENT" | "ERROR">();
    for (const [type, { sent, isRefused }] of this.#types) states.set(type, isRefused ? "ERROR" : sent.length > 0 ? "STALE" : "SYNCED");
    return states;
  }

  /** An ACK or NACK. A nonce that is not the oldest out means the ones before it were passed over. */
  #answered(type: XdsType, state: TypeState, request: DeltaRequest): StreamEvent[] {
    const at = state.sent.findIndex(({ response }) => response.nonce === request.nonce);
    if (at < 0) return [{ kind: "stale", typeUrl: request.typeUrl, nonce: request.nonce }];
    const events: StreamEvent[] = [];
    for (const sent of state.sent.splice(0, at + 1)) {
      const isLast = sent.response.nonce === request.nonce;
      const refused = isLast && request.error !== undefined;
      state.isRefused = refused;
      if (sent.round !== undefined) {
        sent.round.open -= 1;
        sent.round.refused ||= refused;
        if (sent.round.open === 0 && this.#round === sent.round) this.#round = undefined;
      }
      events.push(refused ? { kind: "nack", type, response: sent, message: request.error ?? "" } : { kind: "ack", type, response: sent });
    }
    return events;
  }

  #subscribe(type: XdsType, state: TypeState, request: DeltaRequest, isFirst: boolean): Response[] {
    const add = this.#table.internNames(request.subscribe);
    const remove = this.#table.internNames(request.unsubscribe);
    if (!isFirst && add === EMPTY_NAMES && remove === EMPTY_NAMES) return [];
    const legacyWildcard = isFirst && add === EMPTY_NAMES;
    const explicit = add.names.has("*");
    // The wildcard of an empty first request ends with the first explicit name, one asked for as "*" with its unsubscription.
    const isWildcard = remove.names.has("*") ? false : explicit || legacyWildcard || (state.subscription.isWildcard && (type === "VHDS" || add === EMPTY_NAMES || add.names.size === 0));
    state.subscription = this.#table.change(state.subscription, add, remove, isWildcard);
    if (isFirst && request.versions.length > 0) return [this.#resume(type, state, request)];
    if (legacyWildcard || explicit) {
      const full = composeDelta(type, this.#layers.map((layer) => layer.full(type, state.subscription)), { removed: this.#missing(type, add) });
      return [this.#sending(type, state, full), ...this.#hostsAfter(type, full)];
    }
    if (add === EMPTY_NAMES) return [];
    const missing = this.#missing(type, add);
    const chunks = this.#layers.map((layer) => layer.named(type, add));
    const answer = type === "VHDS" ? composeDelta(type, chunks, { absent: missing }) : composeDelta(type, chunks, { removed: missing });
    return [this.#sending(type, state, answer), ...this.#hostsAfter(type, answer)];
  }

  /** A client that comes back: what differs from what it holds, and what of it is gone. */
  #resume(type: XdsType, state: TypeState, request: DeltaRequest): Response {
    const key = this.#table.internNames(request.versions).key;
    const versions = decodeVersions(request.versions);
    const chunks = this.#layers.map((layer) => layer.full(type, state.subscription, { key, versions }));
    const gone = [...versions.keys()].filter((name) => !this.#layers.some((layer) => layer.has(type, name)));
    const missing = [...state.subscription.names].filter((name) => !versions.has(name) && !this.#layers.some((layer) => layer.has(type, name)));
    return this.#sending(type, state, composeDelta(type, chunks, { removed: [...gone, ...missing] }));
  }

  #missing(type: XdsType, names: NameList): string[] {
    return [...names.names].filter((name) => name !== "*" && !this.#layers.some((layer) => layer.has(type, name)));
  }

  /** Envoy subscribes to virtual hosts once, for all route configurations: one that comes later must be followed by its hosts. */
  #hostsAfter(type: XdsType, answer: Response): Response[] {
    const state = type === "RDS" ? this.#types.get("VHDS") : undefined;
    if (state === undefined || answer.names.length === 0) return [];
    const names = this.#hostsOf(new Set(answer.names));
    const chunks = this.#layers.map((layer) => layer.since("VHDS", state.subscription, layer.version, names));
    return chunks.some(({ bytes }) => bytes.length > 0) ? [this.#sending("VHDS", state, composeDelta("VHDS", chunks))] : [];
  }

  #hostsOf(routes: ReadonlySet<string>): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { layer } of this.#layers) {
      for (const name of layer.resources.get("VHDS")?.keys() ?? []) if (routes.has(name.slice(0, name.indexOf("/")))) names.add(name);
    }
    return names;
  }

  #sending(type: XdsType, state: TypeState, response: Response, round?: Round): Response {
    if (round !== undefined) round.open += 1;
    state.sent.push({ response, round });
    this.#types.set(type, state);
    return response;
  }
}
