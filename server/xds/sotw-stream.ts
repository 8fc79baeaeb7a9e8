import { createHash } from "node:crypto";
import type { XdsResource } from "#core/xds/layer.ts";
import { PUSH_ORDER, TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import type { Round, Sent, StreamEvent, StreamMachine } from "#server/xds/client-state.ts";
import type { Response } from "#server/xds/response.ts";
import { type ServedLayer, sotwBytes } from "#server/xds/served-layer.ts";
import { decodeSotwRequest, encodeSotwTail, type SotwRequest } from "#server/xds/wire.ts";

const TYPE_OF = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));
/** Types whose response is the whole truth: what is missing from it is deleted. */
const WHOLE: ReadonlySet<XdsType> = new Set(["CDS", "LDS"]);

interface TypeState {
  names: ReadonlySet<string>;
  isWildcard: boolean;
  sent: Sent | undefined;
  isRefused: boolean;
}

/**
 * State-of-the-world ADS for one client, without sockets. A request whose nonce is not the last one sent is stale and
 * ignored; an acknowledgement that asks for nothing new is not answered; a refusal is never answered.
 */
export class SotwStream implements StreamMachine {
  readonly #layers: readonly ServedLayer[];
  readonly #types = new Map<XdsType, TypeState>();
  #versions: number[];
  #round: Round | undefined;

  constructor(layers: readonly ServedLayer[]) {
    this.#layers = layers;
    this.#versions = layers.map(({ version }) => version);
  }

  get isWaiting(): boolean {
    return this.#round !== undefined;
  }

  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeSotwRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined) return { responses: request.nonce === "" ? [emptyAnswer(request.typeUrl)] : [], events: [] };
    const known = this.#types.get(type);
    if (known === undefined || request.nonce === "") return { responses: [this.#first(type, request)], events: [] };
    if (known.sent === undefined && known.names.size === request.names.length && request.error === undefined) {
      return { responses: this.#changeNames(type, known, request), events: [] };
    }
    const { sent } = known;
    if (sent !== undefined && sent.response.nonce !== request.nonce) return { responses: [], events: [{ kind: "stale", typeUrl: request.typeUrl, nonce: request.nonce }] };
    const events: StreamEvent[] = [];
    if (sent !== undefined) {
      known.sent = undefined;
      known.isRefused = request.error !== undefined;
      if (sent.round !== undefined) {
        sent.round.open -= 1;
        sent.round.refused ||= known.isRefused;
        if (sent.round.open === 0 && this.#round === sent.round) this.#round = undefined;
      }
      events.push(request.error === undefined ? { kind: "ack", type, response: sent } : { kind: "nack", type, response: sent, message: request.error });
    }
    return { responses: this.#changeNames(type, known, request), events };
  }

  flush(): readonly Response[] {
    if (this.#round !== undefined || this.#layers.every(({ version }, index) => version === this.#versions[index])) return [];
    // One response of a type at a time: what is still unanswered goes first.
    if ([...this.#types.values()].some(({ sent }) => sent !== undefined)) return [];
    const round: Round = { open: 0, refused: false, toVersions: this.#layers.map(({ version }) => version) };
    const responses: Response[] = [];
    const clusters = new Set<string>();
    let withRemovals: XdsType | undefined;
    for (const type of PUSH_ORDER) {
      const state = this.#types.get(type);
      if (state === undefined) continue;
      const touched = this.#touched(type, state);
      if (type === "CDS") for (const name of touched) clusters.add(name);
      if (type === "EDS") for (const name of clusters) if (state.names.has(name) || state.isWildcard) touched.add(name);
      if (touched.size === 0) continue;
      const hasRemovals = [...touched].some((name) => !this.#find(type, name));
      // Clusters that go away are still in use by routes until those have changed: they are taken out last.
      if (type === "CDS" && hasRemovals) withRemovals = type;
      responses.push(this.#send(type, state, this.#resourcesFor(type, state, touched), round));
    }
    if (withRemovals !== undefined && responses.length > 1) responses.push(...responses.splice(0, 1));
    this.#versions = [...round.toVersions];
    if (round.open > 0) this.#round = round;
    return responses;
  }

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    const layer = this.#layers[layerIndex];
    return [...this.#types].some(([type, state]) => {
      const touched = layer?.touchedSince(type, fromVersion);
      return touched === undefined || [...touched].some((name) => state.isWildcard || state.names.has(name));
    });
  }

  sync(): ReadonlyMap<XdsType, "SYNCED" | "STALE" | "NOT SENT" | "ERROR"> {
    return new Map([...this.#types].map(([type, { sent, isRefused }]) => [type, isRefused ? "ERROR" : sent === undefined ? "SYNCED" : "STALE"]));
  }

  #first(type: XdsType, request: SotwRequest): Response {
    const names = new Set(request.names.filter((name) => name !== "*"));
    const isWildcard = request.names.length === 0 || request.names.includes("*");
    const state: TypeState = { names, isWildcard, sent: undefined, isRefused: false };
    this.#types.set(type, state);
    return this.#send(type, state, this.#resourcesFor(type, state));
  }

  #changeNames(type: XdsType, state: TypeState, request: SotwRequest): Response[] {
    const names = new Set(request.names.filter((name) => name !== "*"));
    const added = [...names].filter((name) => !state.names.has(name));
    const sameSize = names.size === state.names.size;
    // Empty names keep a wildcard; after a name was asked for they mean that nothing is wanted any more.
    if (request.names.length > 0) state.isWildcard = request.names.includes("*");
    state.names = names;
    if (added.length === 0 && sameSize) return [];
    if (added.length === 0) return [];
    return [this.#send(type, state, this.#resourcesFor(type, state, new Set(added)))];
  }

  #touched(type: XdsType, state: TypeState): Set<string> {
    const touched = new Set<string>();
    this.#layers.forEach((layer, index) => {
      const names = layer.touchedSince(type, this.#versions[index] ?? 0) ?? layer.layer.resources.get(type)?.keys() ?? [];
      for (const name of names) if (state.isWildcard || state.names.has(name)) touched.add(name);
    });
    return touched;
  }

  #find(type: XdsType, name: string): XdsResource | undefined {
    for (const { layer } of this.#layers) {
      const resource = layer.resources.get(type)?.get(name);
      if (resource !== undefined) return resource;
    }
    return undefined;
  }

  #resourcesFor(type: XdsType, state: TypeState, only?: ReadonlySet<string>): XdsResource[] {
    if (WHOLE.has(type) || only === undefined) {
      if (!state.isWildcard) return [...state.names].flatMap((name) => this.#find(type, name) ?? []);
      return this.#layers.flatMap(({ layer }) => [...(layer.resources.get(type)?.values() ?? [])]);
    }
    return [...only].flatMap((name) => this.#find(type, name) ?? []);
  }

  #send(type: XdsType, state: TypeState, resources: readonly XdsResource[], round?: Round): Response {
    const hash = createHash("sha1").update(type);
    for (const { name, version } of resources) hash.update(`\0${name}\0${version}`);
    const nonce = hash.digest("hex").slice(0, 16);
    const typeUrl = TYPE_URLS[type];
    const parts = [...resources.map((resource) => sotwBytes(type, resource)), encodeSotwTail(nonce, typeUrl, nonce)];
    const response: Response = { type, typeUrl, nonce, names: resources.map(({ name }) => name), removed: [], parts };
    if (round !== undefined) round.open += 1;
    state.sent = { response, round };
    return response;
  }
}

function emptyAnswer(typeUrl: string): Response {
  return { type: undefined, typeUrl, nonce: "none", names: [], removed: [], parts: [encodeSotwTail("none", typeUrl, "none")] };
}
