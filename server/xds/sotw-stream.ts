import { judgeRefusal, refusedAlone, type Verdict } from "#core/xds/judge-refusal.ts";
import type { XdsResource } from "#core/xds/layer.ts";
import { splitOffer } from "#core/xds/split-offer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { NOTHING_REFUSED, type Refused, refusedAfter } from "#server/xds/refused.ts";
import { composeEmpty, hashOf, NO_EXTRAS, namesIn, type Response } from "#server/xds/response.ts";
import { type ServedLayer, sotwBytes } from "#server/xds/served-layer.ts";
import { NEVER, StreamBase, TYPE_OF } from "#server/xds/stream-base.ts";
import type { StreamEvent } from "#server/xds/stream-machine.ts";
import { NO_NAMES, type Subscription, wants } from "#server/xds/subscription.ts";
import { decodeSotwRequest, encodeSotwTail, type SotwRequest } from "#server/xds/wire.ts";

/** Types whose response is the whole truth: what is missing from it is deleted. Of these an empty first request wants everything. */
const WHOLE: ReadonlySet<XdsType> = new Set(["CDS", "LDS"]);
/** After the clusters, in this order. Virtual hosts of their own exist in delta only. */
const SECOND_STAGE: readonly XdsType[] = ["LDS", "RDS", "SDS"];

interface TypeState {
  subscription: Subscription;
  /** Of the last response; a request with another one is stale. */
  nonce: string;
  /** The last response, until it is answered. One at a time. */
  out: { readonly response: Response; readonly resources: readonly XdsResource[] } | undefined;
  /** It was sent because something in it was refused before. */
  isAgain: boolean;
  /** It is part of a response that was refused; these are the others, still to be sent. */
  isPart: boolean;
  parts: readonly (readonly string[])[];
  /** Of a type in WHOLE, what the client is known to hold. */
  good: ReadonlyMap<string, XdsResource>;
  refused: Refused;
  /** In which version. */
  readonly refusedVersions: Map<string, string>;
}

/**
 * State-of-the-world ADS for one client. A request whose nonce is not that of the last response is stale and ignored;
 * an acknowledgement that asks for nothing new is not answered. Clusters that go away stay until the routes to them are gone. Refusals are
 * treated as in `DeltaStream`, one part after the other; where a response is the whole truth, the client's own good version stands in it for
 * what is refused.
 */
export class SotwStream extends StreamBase<TypeState> {
  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeSotwRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined)
      return { responses: request.nonce === "" ? [composeEmpty(request.typeUrl, false)] : [], events: [] };
    const state = this.types.get(type);
    const missing = this.missingSecrets(type, request.names);
    if (state === undefined || request.nonce === "")
      return { responses: [this.#begin(type, request)], events: missing };
    if (request.nonce !== state.nonce)
      return { responses: [], events: [{ kind: "stale", type, nonce: request.nonce }] };
    const events = this.#answer(type, state, request);
    const asked = this.#resubscribe(type, state, request);
    return { responses: asked.length > 0 ? asked : this.#nextPart(type, state), events: [...events, ...missing] };
  }

  flush(): readonly Response[] {
    if ([...this.types].some(([type, state]) => isOut(type, state))) return [];
    const now = this.layers.map(({ version }) => version);
    const first = this.#pushClusters(this.clustersAt);
    this.clustersAt = now;
    const clusters = this.types.get("CDS");
    if (clusters !== undefined && isOut("CDS", clusters)) return first;
    const rest = SECOND_STAGE.flatMap((type) => this.#pushChanged(type, this.restAt));
    this.restAt = now;
    const all = [...first, ...rest, ...this.#dropClusters()];
    if (all.length === 0) this.answered = now;
    return all;
  }

  moveTo(layers: readonly ServedLayer[]): void {
    this.layers = layers;
    this.clustersAt = this.restAt = this.answered = layers.map(() => NEVER);
  }

  protected isUnanswered({ out }: TypeState): boolean {
    return out !== undefined;
  }

  protected offer(type: XdsType, state: TypeState, names: readonly string[]): readonly Response[] {
    const found = this.#find(type, names);
    const response = this.#send(type, state, WHOLE.has(type) ? merge(this.#wanted(type, state), found) : found);
    state.isAgain = true;
    const endpoints = type === "CDS" ? this.types.get("EDS") : undefined;
    if (endpoints === undefined) return [response];
    const followers = this.#find(
      "EDS",
      names.filter((name) => wants(endpoints.subscription, name)),
    );
    return followers.length === 0 ? [response] : [response, this.#send("EDS", endpoints, followers)];
  }

  #begin(type: XdsType, request: SotwRequest): Response {
    const list = this.table.names(request.names);
    const isWildcard = list.names.has("*") || (list === NO_NAMES && WHOLE.has(type));
    const state: TypeState = {
      subscription: this.table.of(list, isWildcard),
      nonce: "",
      out: undefined,
      isAgain: false,
      isPart: false,
      parts: [],
      good: new Map(),
      refused: NOTHING_REFUSED,
      refusedVersions: new Map(),
    };
    this.types.set(type, state);
    return this.#send(type, state, this.#wanted(type, state));
  }

  #answer(type: XdsType, state: TypeState, { error }: SotwRequest): StreamEvent[] {
    const { out } = state;
    if (out === undefined) return [];
    state.out = undefined;
    const { isAgain, isPart, refused: before } = state;
    if (error === undefined) {
      // Nearly always nobody asks what the names were, and a first answer holds thousands.
      state.refused = refusedAfter(before, before.size === 0 ? [] : this.#takenOf(type, state, out.resources), []);
      if (WHOLE.has(type)) state.good = byName(out.resources);
      const taken = isAgain ? [...before.keys()].filter((name) => !state.refused.has(name)) : [];
      this.#markAnswered();
      return [...(taken.length > 0 ? [{ kind: "taken", type, names: taken } as const] : []), { kind: "ack", type }];
    }
    const names = namesIn(out.response);
    // Of a whole truth only what the client does not hold yet can be at fault.
    const news = out.resources.filter(({ name, version }) => state.good.get(name)?.version !== version);
    const judged = judgeRefusal(type, error, names);
    const verdict: Verdict =
      news.length <= 1 && judged.refused.length === 0 ? refusedAlone(type, error, news[0]?.name) : judged;
    const applied = new Set(verdict.applied);
    if (WHOLE.has(type)) {
      const sent = new Set(names);
      const kept = [...state.good.values()].filter(({ name }) => !verdict.isRemovalApplied || sent.has(name));
      state.good = byName([...kept, ...out.resources.filter(({ name }) => applied.has(name))]);
    }
    const { refused } = verdict;
    for (const { name, version } of out.resources)
      if (refused.some((each) => each.name === name)) state.refusedVersions.set(name, version);
    state.refused = refusedAfter(before, verdict.applied, refused);
    const doubtful = new Set(verdict.doubtful);
    const again = news.flatMap(({ name }) => (doubtful.has(name) ? [name] : []));
    state.parts = [...splitOffer(again, !isPart, refused.length > 0), ...state.parts];
    const taken = isAgain ? [...before.keys()].filter((name) => applied.has(name)) : [];
    const isSaidAgain = isAgain && refused.every(({ name, message }) => before.get(name) === message);
    this.#markAnswered();
    return [
      ...(taken.length > 0 ? [{ kind: "taken", type, names: taken } as const] : []),
      { kind: "nack", type, refused, ...(isSaidAgain ? { isAgain: true } : {}) },
    ];
  }

  /** What of the refused is taken by an answer to these: not what only stands there in the client's own version. */
  #takenOf(type: XdsType, { good, refused }: TypeState, resources: readonly XdsResource[]): string[] {
    return resources.flatMap(({ name, version }) =>
      refused.has(name) && (good.get(name)?.version !== version || this.#current(type, name)?.version === version)
        ? [name]
        : [],
    );
  }

  #current(type: XdsType, name: string): XdsResource | undefined {
    for (const { layer } of this.layers) {
      const resource = layer.resources.get(type)?.get(name);
      if (resource !== undefined) return resource;
    }
    return undefined;
  }

  #markAnswered(): void {
    if ([...this.types.values()].every(({ out, parts }) => out === undefined && parts.length === 0))
      this.answered = this.restAt;
  }

  #nextPart(type: XdsType, state: TypeState): Response[] {
    while (state.out === undefined) {
      const [part, ...others] = state.parts;
      if (part === undefined) break;
      state.parts = others;
      const found = this.#find(type, part);
      if (found.length === 0) continue;
      const { isAgain } = state;
      const response = this.#send(type, state, WHOLE.has(type) ? merge(state.good.values(), found) : found);
      state.isPart = true;
      state.isAgain = isAgain;
      return [response];
    }
    return [];
  }

  #resubscribe(type: XdsType, state: TypeState, request: SotwRequest): Response[] {
    const list = this.table.names(request.names);
    const before = state.subscription;
    // Without names a wildcard stays; after names were asked for it means that nothing is wanted any more.
    const isWildcard = list.names.has("*") || (list === NO_NAMES && before.isWildcard);
    state.subscription = this.table.of(list, isWildcard);
    if (state.subscription === before) return [];
    const added = [...state.subscription.names].filter((name) => !wants(before, name));
    if (added.length === 0 && !(isWildcard && !before.isWildcard)) return [];
    return [
      this.#send(type, state, WHOLE.has(type) || isWildcard ? this.#wanted(type, state) : this.#find(type, added)),
    ];
  }

  /** New and changed clusters, with those that go away still among them, and the endpoints of what changed. */
  #pushClusters(from: readonly number[]): Response[] {
    const clusters = this.types.get("CDS");
    const endpoints = this.types.get("EDS");
    const changed =
      clusters === undefined
        ? []
        : this.#changed("CDS", clusters, from).filter((name) => this.layers.some((layer) => layer.has("CDS", name)));
    const responses: Response[] = [];
    if (clusters !== undefined && changed.length > 0) {
      const leaving = [...clusters.good.values()].filter(
        ({ name }) => !this.layers.some((layer) => layer.has("CDS", name)),
      );
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
    const state = this.types.get(type);
    if (state === undefined) return [];
    const changed = this.#changed(type, state, from);
    if (changed.length === 0) return [];
    const resources = WHOLE.has(type) ? this.#wanted(type, state) : this.#find(type, changed);
    return resources.length > 0 || WHOLE.has(type) ? [this.#send(type, state, resources)] : [];
  }

  #dropClusters(): Response[] {
    const state = this.types.get("CDS");
    if (state === undefined) return [];
    const isAnyLeaving = [...state.good.keys()].some((name) => !this.layers.some((layer) => layer.has("CDS", name)));
    if (!isAnyLeaving) return [];
    return [this.#send("CDS", state, this.#wanted("CDS", state))];
  }

  #changed(type: XdsType, { subscription }: TypeState, from: readonly number[]): string[] {
    return this.layers.flatMap((layer, index) =>
      [...layer.touchedSince(type, from[index] ?? 0)].filter((name) => wants(subscription, name)),
    );
  }

  /** All it wants; of a whole truth what it refused stands in the version it holds, or not at all. */
  #wanted(type: XdsType, { subscription, refused, refusedVersions, good }: TypeState): XdsResource[] {
    const all = subscription.isWildcard
      ? this.layers.flatMap(({ layer }) => [...(layer.resources.get(type)?.values() ?? [])])
      : this.#find(type, subscription.names);
    if (refused.size === 0 || !WHOLE.has(type)) return all;
    return all.flatMap((resource) => {
      const { name, version } = resource;
      return refused.has(name) && refusedVersions.get(name) === version ? (good.get(name) ?? []) : [resource];
    });
  }

  #find(type: XdsType, names: Iterable<string>): XdsResource[] {
    return Array.from(names).flatMap((name) => {
      const resource = this.#current(type, name);
      if (resource !== undefined) return [resource];
      return this.layers.flatMap(({ layer }) => layer.absent?.(type, name) ?? []).slice(0, 1);
    });
  }

  #send(type: XdsType, state: TypeState, resources: readonly XdsResource[]): Response {
    const nonce = hashOf(
      type,
      resources.flatMap(({ name, version }) => [name, version]),
    );
    const typeUrl = TYPE_URLS[type];
    const parts = [...resources.map((resource) => sotwBytes(type, resource)), encodeSotwTail(nonce, typeUrl, nonce)];
    const chunks = [{ names: resources.map(({ name }) => name) }];
    const response: Response = { typeUrl, nonce, chunks, parts, extras: NO_EXTRAS };
    state.out = { response, resources };
    state.isAgain = false;
    state.isPart = false;
    state.nonce = nonce;
    return response;
  }
}

/**
 * Whether an answer is waited for. As Envoy (1.40) may acknowledge no clusters while one that it refused stands (see `DeltaStream`), nothing
 * waits for these: each is the whole truth.
 */
function isOut(type: XdsType, { out, isPart, parts, refused }: TypeState): boolean {
  return out !== undefined && !(type === "CDS" && refused.size > 0 && !isPart && parts.length === 0);
}

function byName(resources: Iterable<XdsResource>): ReadonlyMap<string, XdsResource> {
  return new Map(Array.from(resources, (resource) => [resource.name, resource]));
}

/** `base` with `over` in the place of those of the same names, or behind. */
function merge(base: Iterable<XdsResource>, over: readonly XdsResource[]): XdsResource[] {
  return [...new Map([...byName(base), ...byName(over)]).values()];
}
