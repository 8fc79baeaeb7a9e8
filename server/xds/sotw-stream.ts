import type { SyncState } from "#core/view/mesh.ts";
import type { XdsResource } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { attributeRefusal, type RefusedResource } from "#server/xds/attribute-refusal.ts";
import { composeEmpty, hashOf, namesIn, type Response } from "#server/xds/response.ts";
import {
  NOTHING_REFUSED,
  passing,
  type Refused,
  refusedAfter,
  type ServedLayer,
  sotwBytes,
  standing,
} from "#server/xds/served-layer.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/stream-machine.ts";
import { NO_NAMES, type Subscription, type SubscriptionTable, wants } from "#server/xds/subscription.ts";
import { decodeSotwRequest, encodeSotwTail, type SotwRequest } from "#server/xds/wire.ts";

const TYPE_OF = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));
/** Types whose response is the whole truth: what is missing from it is deleted. Of these an empty first request wants everything. */
const WHOLE: ReadonlySet<XdsType> = new Set(["CDS", "LDS"]);
/** After the clusters, in this order. Virtual hosts of their own exist in delta only. */
const SECOND_STAGE: readonly XdsType[] = ["LDS", "RDS", "SDS"];

/** The version of a layer of which a client has nothing. */
const NEVER = -1;

interface TypeState {
  subscription: Subscription;
  /** Of the last response; a request with another one is stale. */
  nonce: string;
  /** The last response, until it is answered. One at a time. */
  out: Response | undefined;
  /** It was sent because something in it was refused before. */
  isAgain: boolean;
  /** What the last response of a type in WHOLE held. */
  held: readonly XdsResource[];
  refused: Refused;
}

/**
 * State-of-the-world ADS for one client. A request whose nonce is not that of the last response is stale and ignored;
 * an acknowledgement that asks for nothing new is not answered; a refusal is never answered, and what was refused for a cause
 * that may pass is sent again when asked to. Clusters that go away stay until the routes to them are gone.
 */
export class SotwStream implements StreamMachine {
  #layers: readonly ServedLayer[];
  readonly #table: SubscriptionTable;
  readonly #types = new Map<XdsType, TypeState>();
  #clustersAt: readonly number[];
  #restAt: readonly number[];
  answered: readonly number[];

  constructor(layers: readonly ServedLayer[], table: SubscriptionTable) {
    this.#layers = layers;
    this.#table = table;
    this.#clustersAt = this.#restAt = this.answered = layers.map(({ version }) => version);
  }

  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeSotwRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined)
      return { responses: request.nonce === "" ? [composeEmpty(request.typeUrl, false)] : [], events: [] };
    const state = this.#types.get(type);
    if (state === undefined || request.nonce === "") return { responses: [this.#begin(type, request)], events: [] };
    if (request.nonce !== state.nonce)
      return { responses: [], events: [{ kind: "stale", type, nonce: request.nonce }] };
    const events = this.#answer(type, state, request);
    return { responses: this.#resubscribe(type, state, request), events };
  }

  flush(): readonly Response[] {
    if ([...this.#types.values()].some(({ out }) => out !== undefined)) return [];
    const now = this.#layers.map(({ version }) => version);
    const first = this.#pushClusters(this.#clustersAt);
    this.#clustersAt = now;
    if (this.#types.get("CDS")?.out !== undefined) return first;
    const rest = SECOND_STAGE.flatMap((type) => this.#pushChanged(type, this.#restAt));
    this.#restAt = now;
    const all = [...first, ...rest, ...this.#dropClusters()];
    if (all.length === 0) this.answered = now;
    return all;
  }

  moveTo(layers: readonly ServedLayer[]): void {
    this.#layers = layers;
    this.#clustersAt = this.#restAt = this.answered = layers.map(() => NEVER);
  }

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    return [...this.#types].some(([type, { subscription }]) => {
      for (const name of this.#layers[layerIndex]?.touchedSince(type, fromVersion) ?? [])
        if (wants(subscription, name)) return true;
      return false;
    });
  }

  sync(): ReadonlyMap<XdsType, SyncState> {
    return new Map(
      Array.from(this.#types, ([type, { out, refused, subscription }]) => [
        type,
        standing(type, refused, subscription, this.#layers).length > 0
          ? "ERROR"
          : out !== undefined
            ? "STALE"
            : "SYNCED",
      ]),
    );
  }

  get hasPassing(): boolean {
    return [...this.#types].some(([type, state]) => this.#passing(type, state).length > 0);
  }

  offerAgain(): readonly Response[] {
    const isBehind = this.#layers.some(({ version }, index) => this.#restAt[index] !== version);
    if (isBehind || [...this.#types.values()].some(({ out }) => out !== undefined)) return [];
    return [...this.#types].flatMap(([type, state]) => {
      const names = this.#passing(type, state);
      if (names.length === 0) return [];
      const response = this.#send(type, state, WHOLE.has(type) ? this.#wanted(type, state) : this.#find(type, names));
      state.isAgain = true;
      const endpoints = type === "CDS" ? this.#types.get("EDS") : undefined;
      if (endpoints === undefined) return [response];
      const found = this.#find(
        "EDS",
        names.filter((name) => wants(endpoints.subscription, name)),
      );
      return found.length === 0 ? [response] : [response, this.#send("EDS", endpoints, found)];
    });
  }

  #passing(type: XdsType, { refused, subscription }: TypeState): readonly string[] {
    return passing(type, refused, subscription, this.#layers);
  }

  #begin(type: XdsType, request: SotwRequest): Response {
    const list = this.#table.names(request.names);
    const isWildcard = list.names.has("*") || (list === NO_NAMES && WHOLE.has(type));
    const state: TypeState = {
      subscription: this.#table.of(list, isWildcard),
      nonce: "",
      out: undefined,
      isAgain: false,
      held: [],
      refused: NOTHING_REFUSED,
    };
    this.#types.set(type, state);
    return this.#send(type, state, this.#wanted(type, state));
  }

  #answer(type: XdsType, state: TypeState, { error }: SotwRequest): StreamEvent[] {
    const { out } = state;
    if (out === undefined) return [];
    state.out = undefined;
    const { isAgain, refused: before } = state;
    // Nearly always nobody asks what the names were, and a first answer holds thousands.
    const names = error === undefined && before.size === 0 ? [] : namesIn(out);
    const refused: readonly RefusedResource[] = error === undefined ? [] : attributeRefusal(error, names);
    state.refused = refusedAfter(before, names, refused);
    const taken = isAgain ? [...before.keys()].filter((name) => !state.refused.has(name)) : [];
    const isSaidAgain = isAgain && refused.every(({ name, message }) => before.get(name) === message);
    if ([...this.#types.values()].every((each) => each.out === undefined)) this.answered = this.#restAt;
    return [
      ...(taken.length > 0 ? [{ kind: "taken", type, names: taken } as const] : []),
      error === undefined
        ? { kind: "ack", type }
        : { kind: "nack", type, refused, ...(isSaidAgain ? { isAgain: true } : {}) },
    ];
  }

  #resubscribe(type: XdsType, state: TypeState, request: SotwRequest): Response[] {
    const list = this.#table.names(request.names);
    const before = state.subscription;
    // Without names a wildcard stays; after names were asked for it means that nothing is wanted any more.
    const isWildcard = list.names.has("*") || (list === NO_NAMES && before.isWildcard);
    state.subscription = this.#table.of(list, isWildcard);
    if (state.subscription === before) return [];
    const added = [...state.subscription.names].filter((name) => !wants(before, name));
    if (added.length === 0 && !(isWildcard && !before.isWildcard)) return [];
    return [
      this.#send(type, state, WHOLE.has(type) || isWildcard ? this.#wanted(type, state) : this.#find(type, added)),
    ];
  }

  /** New and changed clusters, with those that go away still among them, and the endpoints of what changed. */
  #pushClusters(from: readonly number[]): Response[] {
    const clusters = this.#types.get("CDS");
    const endpoints = this.#types.get("EDS");
    const changed =
      clusters === undefined
        ? []
        : this.#changed("CDS", clusters, from).filter((name) => this.#layers.some((layer) => layer.has("CDS", name)));
    const responses: Response[] = [];
    if (clusters !== undefined && changed.length > 0) {
      const leaving = clusters.held.filter(({ name }) => !this.#layers.some((layer) => layer.has("CDS", name)));
      responses.push(this.#send("CDS", clusters, [...this.#wanted("CDS", clusters), ...leaving]));
    }
    if (endpoints !== undefined) {
      const names = new Set([
        ...this.#changed("EDS", endpoints, from),
        ...changed.filter((name) => wants(endpoints.subscription, name)),
      ]);
      const found = this.#find("EDS", names);
      if (found.length > 0) responses.push(this.#send("EDS", endpoints, found));
    }
    return responses;
  }

  #pushChanged(type: XdsType, from: readonly number[]): Response[] {
    const state = this.#types.get(type);
    if (state === undefined) return [];
    const changed = this.#changed(type, state, from);
    if (changed.length === 0) return [];
    const resources = WHOLE.has(type) ? this.#wanted(type, state) : this.#find(type, changed);
    return resources.length > 0 || WHOLE.has(type) ? [this.#send(type, state, resources)] : [];
  }

  #dropClusters(): Response[] {
    const state = this.#types.get("CDS");
    if (state === undefined || state.held.every(({ name }) => this.#layers.some((layer) => layer.has("CDS", name))))
      return [];
    return [this.#send("CDS", state, this.#wanted("CDS", state))];
  }

  #changed(type: XdsType, { subscription }: TypeState, from: readonly number[]): string[] {
    return this.#layers.flatMap((layer, index) =>
      [...layer.touchedSince(type, from[index] ?? 0)].filter((name) => wants(subscription, name)),
    );
  }

  #wanted(type: XdsType, { subscription }: TypeState): XdsResource[] {
    if (!subscription.isWildcard) return this.#find(type, subscription.names);
    return this.#layers.flatMap(({ layer }) => [...(layer.resources.get(type)?.values() ?? [])]);
  }

  #find(type: XdsType, names: Iterable<string>): XdsResource[] {
    return Array.from(names).flatMap((name) => {
      for (const { layer } of this.#layers) {
        const resource = layer.resources.get(type)?.get(name);
        if (resource !== undefined) return [resource];
      }
      return this.#layers.flatMap(({ layer }) => layer.absent?.(type, name) ?? []).slice(0, 1);
    });
  }

  #send(type: XdsType, state: TypeState, resources: readonly XdsResource[]): Response {
    const nonce = hashOf(
      type,
      resources.flatMap(({ name, version }) => [name, version]),
    );
    const typeUrl = TYPE_URLS[type];
    const parts = [...resources.map((resource) => sotwBytes(type, resource)), encodeSotwTail(nonce, typeUrl, nonce)];
    const response: Response = { typeUrl, nonce, chunks: [{ names: resources.map(({ name }) => name) }], parts };
    state.out = response;
    state.isAgain = false;
    state.nonce = nonce;
    if (WHOLE.has(type)) state.held = resources;
    return response;
  }
}
