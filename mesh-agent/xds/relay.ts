import { create, toBinary } from "@bufbuild/protobuf";
import { judgeRefusal, refusedAlone, typeOfUrl, type Verdict } from "#core/xds/judge-refusal.ts";
import { mayPass } from "#core/xds/passing-refusal.ts";
import { splitOffer } from "#core/xds/split-offer.ts";
import { readMessage } from "#grpc/read-message.ts";
import { answerFromCache, encodeAnswer } from "#mesh-agent/xds/answer-from-cache.ts";
import type { CacheCommit, CachedResource, ResourceCache } from "#mesh-agent/xds/cached-resource.ts";
import {
  createTypeState,
  type InFlight,
  namesToSubscribe,
  subscribe,
  type TypeState,
  UNSURE,
  WILDCARD,
} from "#mesh-agent/xds/type-state.ts";
import type { Node } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  ResourceSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

export type RelayEffect =
  /** `resources`: those of it. */
  | {
      readonly kind: "to-envoy";
      readonly message: Uint8Array;
      readonly type: string;
      readonly resources: readonly CachedResource[];
    }
  | { readonly kind: "to-upstream"; readonly message: Uint8Array }
  | { readonly kind: "commit"; readonly commit: CacheCommit }
  /** Envoy's own words. */
  | { readonly kind: "refused"; readonly type: string; readonly message: string; readonly isFromCache: boolean };

/** "expected": it is being dialled; what Envoy asks waits. "away": the cache answers. */
type Upstream = "expected" | "live" | "away";

/**
 * One Envoy's delta ADS stream, between Envoy and the control plane. While the control plane is there, messages pass as
 * they are; what Envoy is known to have applied goes to the cache. While it is away Envoy's stream stays open and the cache answers;
 * when it is back, the subscription is made again with the versions Envoy holds, so that only what changed is sent.
 * Pure: every method returns what is to be done.
 */
export class Relay {
  readonly #cache: ResourceCache;
  /** Node as this agent knows it; Envoy's own only has what it was started with. */
  readonly #describeNode: (envoys: Node | undefined) => Node;
  readonly #types = new Map<string, TypeState>();
  #upstream: Upstream = "expected";
  #epoch = 0;
  #hasSentNode = false;
  #cacheNonce = 0;
  #node: Node | undefined;

  constructor(cache: ResourceCache, describeNode: (envoys: Node | undefined) => Node) {
    this.#cache = cache;
    this.#describeNode = describeNode;
  }

  fromEnvoy(message: Uint8Array): RelayEffect[] {
    const request = readMessage(DeltaDiscoveryRequestSchema, message);
    if (request.node !== undefined) this.#node = request.node;
    const known = this.#types.get(request.typeUrl);
    const state = known ?? createTypeState(request.typeUrl);
    if (known === undefined) {
      this.#types.set(request.typeUrl, state);
      for (const [name, version] of Object.entries(request.initialResourceVersions)) state.held.set(name, version);
    }
    const effects: RelayEffect[] = [];
    const answered = request.responseNonce === "" ? undefined : this.#settle(state, request, effects);
    const gone = subscribe(
      state,
      known === undefined,
      request.resourceNamesSubscribe,
      request.resourceNamesUnsubscribe,
    );
    if (gone.length > 0) effects.push({ kind: "commit", commit: { type: state.type, upserts: [], removes: gone } });
    if (this.#upstream === "live")
      effects.push(...this.#forward(message, request, state, known === undefined, answered));
    else if (this.#upstream === "away") effects.push(...this.#answer(state));
    return effects;
  }

  fromUpstream(message: Uint8Array): RelayEffect[] {
    const { typeUrl, nonce, resources, removedResources } = readMessage(DeltaDiscoveryResponseSchema, message);
    const state = this.#types.get(typeUrl);
    const cached: CachedResource[] = [];
    if (state !== undefined) {
      state.pending.delete(WILDCARD);
      for (const name of removedResources) state.pending.delete(name);
      for (const resource of resources) {
        state.pending.delete(resource.name);
        for (const alias of resource.aliases) state.pending.delete(alias);
        // A name without a resource says that there is none.
        if (resource.resource === undefined) continue;
        cached.push({
          name: resource.name,
          version: resource.version,
          aliases: resource.aliases,
          body: toBinary(ResourceSchema, resource),
        });
      }
      state.inFlight.push({ nonce, epoch: this.#epoch, resources: cached, removed: removedResources });
    }
    return [{ kind: "to-envoy", message, type: typeUrl, resources: cached }];
  }

  /** A new stream to the control plane stands; nothing was sent on it yet. */
  upstreamUp(): RelayEffect[] {
    this.#upstream = "live";
    this.#epoch += 1;
    this.#hasSentNode = false;
    return [...this.#types.values()].map((state) => this.#subscribeAgain(state));
  }

  upstreamDown(): RelayEffect[] {
    this.#upstream = "away";
    return this.patienceOver();
  }

  /** The control plane is slow to answer: what is pending and known is answered now. */
  patienceOver(): RelayEffect[] {
    return [...this.#types.values()].flatMap((state) => this.#answer(state));
  }

  /** Envoy has had time to ask for all it wants: what it did not ask for is no part of the last good configuration. */
  prune(): RelayEffect[] {
    if (this.#upstream !== "live") return [];
    return [...this.#types.values()].map((state) => ({
      kind: "commit",
      commit: { type: state.type, upserts: [], removes: [], keepOnly: new Set([...state.held.keys(), ...state.names]) },
    }));
  }

  #answer(state: TypeState): RelayEffect[] {
    const nonce = `last-good-${++this.#cacheNonce}`;
    const answer = answerFromCache(state, this.#cache, nonce, this.#upstream === "away");
    if (answer === undefined) return [];
    state.inFlight.push({ nonce, epoch: 0, resources: answer.resources, removed: [] });
    return [{ kind: "to-envoy", message: answer.message, type: state.type, resources: answer.resources }];
  }

  #settle(
    state: TypeState,
    { responseNonce, errorDetail }: DeltaDiscoveryRequest,
    effects: RelayEffect[],
  ): InFlight | undefined {
    const index = state.inFlight.findIndex(({ nonce }) => nonce === responseNonce);
    const answered = state.inFlight[index];
    if (answered === undefined) return undefined;
    state.inFlight.splice(0, index + 1);
    if (errorDetail !== undefined) {
      effects.push(...this.#refuse(state, answered, errorDetail.message));
      return answered;
    }
    const { resources, removed, epoch } = answered;
    for (const name of removed) state.held.delete(name);
    for (const { name, version } of resources) state.held.set(name, version);
    if (epoch === 0) return answered;
    // What is still on its way may belong to it: the control plane sends apart what others refused.
    const isWholeAnswer = state.isWildcard && !state.isMirrored && state.inFlight.length === 0;
    const commit = { type: state.type, upserts: resources, removes: removed };
    effects.push({
      kind: "commit",
      commit: isWholeAnswer ? { ...commit, keepOnly: new Set([...state.held.keys(), ...state.names]) } : commit,
    });
    state.isMirrored ||= isWholeAnswer;
    return answered;
  }

  /**
   * Believes of a refused response what Envoy is known to have applied. The rest the control plane sends again in parts; of what came from
   * the cache the relay does. Where Envoy is left without the resource, the cache's version stands in.
   */
  #refuse(state: TypeState, answered: InFlight, message: string): RelayEffect[] {
    const { resources, removed, epoch } = answered;
    const type = state.type;
    const verdict = judge(type, message, answered);
    const applied = new Set(verdict.applied);
    const upserts = resources.filter(({ name }) => applied.has(name));
    const lacks = verdict.refused.filter(({ name }) => !state.held.has(name)).map(({ name }) => name);
    for (const { name, version } of resources) state.held.set(name, applied.has(name) ? version : UNSURE);
    const gone = verdict.isRemovalApplied ? removed : [];
    for (const name of gone) state.held.delete(name);
    const refused: RelayEffect = { kind: "refused", type, message, isFromCache: epoch === 0 };
    if (epoch !== 0) {
      const unsure = resources.flatMap(({ name }) => (applied.has(name) ? [] : [name]));
      const commit: RelayEffect = { kind: "commit", commit: { type, upserts, removes: gone, unsure } };
      const standIns = lacks.flatMap((name) => this.#cache.find(type, name) ?? []);
      return [refused, commit, ...standIns.map((resource) => this.#offer(state, [resource]))];
    }
    const bad = verdict.refused.filter((each) => !mayPass(each.message)).map(({ name }) => name);
    const parts = splitOffer(verdict.doubtful, answered.isPart !== true, verdict.refused.length > 0);
    const byName = new Map(resources.map((resource) => [resource.name, resource]));
    return [
      refused,
      { kind: "commit", commit: { type, upserts: [], removes: bad } },
      ...parts.map((names) =>
        this.#offer(
          state,
          names.flatMap((name) => byName.get(name) ?? []),
        ),
      ),
    ];
  }

  /** Sends Envoy what the cache holds. */
  #offer(state: TypeState, resources: readonly CachedResource[]): RelayEffect {
    const nonce = `last-good-${++this.#cacheNonce}`;
    state.inFlight.push({ nonce, epoch: 0, resources, removed: [], isPart: true });
    return { kind: "to-envoy", message: encodeAnswer(state.type, nonce, resources), type: state.type, resources };
  }

  /** As it is wherever that can be; a nonce of another stream, or a version whose bytes we lack, is taken out. */
  #forward(
    message: Uint8Array,
    request: DeltaDiscoveryRequest,
    state: TypeState,
    isFirst: boolean,
    answered: InFlight | undefined,
  ): RelayEffect[] {
    const isForeign = answered !== undefined && answered.epoch !== this.#epoch;
    const lacking = isFirst ? this.#lacking(state) : [];
    const needsNode = !this.#hasSentNode;
    if (!isForeign && lacking.length === 0 && !needsNode && request.node === undefined)
      return [{ kind: "to-upstream", message }];
    if (isForeign) {
      request.responseNonce = "";
      delete request.errorDetail;
      if (request.resourceNamesSubscribe.length === 0 && request.resourceNamesUnsubscribe.length === 0 && !isFirst)
        return [];
    }
    for (const name of lacking) request.initialResourceVersions[name] = UNSURE;
    if (needsNode) request.node = this.#describeNode(this.#node);
    else delete request.node;
    this.#hasSentNode = true;
    return [{ kind: "to-upstream", message: toBinary(DeltaDiscoveryRequestSchema, request) }];
  }

  #subscribeAgain(state: TypeState): RelayEffect {
    const versions = new Map(state.held);
    for (const name of this.#lacking(state)) versions.set(name, UNSURE);
    // What is on its way to Envoy it will hold, or refuse.
    for (const { resources } of state.inFlight) for (const { name } of resources) versions.set(name, UNSURE);
    const request = create(DeltaDiscoveryRequestSchema, {
      typeUrl: state.type,
      resourceNamesSubscribe: namesToSubscribe(state),
      initialResourceVersions: Object.fromEntries(versions),
      ...(this.#hasSentNode ? {} : { node: this.#describeNode(this.#node) }),
    });
    this.#hasSentNode = true;
    for (const name of namesToSubscribe(state)) state.pending.add(name);
    return { kind: "to-upstream", message: toBinary(DeltaDiscoveryRequestSchema, request) };
  }

  /**
   * What Envoy holds and the cache does not: it is asked for again, so that the last good configuration is whole. It is named all the
   * same, without a version: what no longer exists is to be taken away.
   */
  #lacking(state: TypeState): string[] {
    return [...state.held]
      .filter(([name, version]) => this.#cache.version(state.type, name) !== version)
      .map(([name]) => name);
  }
}

function judge(typeUrl: string, message: string, { resources, removed }: InFlight): Verdict {
  const type = typeOfUrl(typeUrl);
  const names = resources.map(({ name }) => name);
  if (type === undefined) return { refused: [], applied: [], doubtful: names, isRemovalApplied: false };
  return names.length === 1 && removed.length === 0
    ? refusedAlone(type, message, names[0])
    : judgeRefusal(type, message, names);
}
