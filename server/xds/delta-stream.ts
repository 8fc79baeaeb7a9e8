import { judgeRefusal, refusedAlone, type Verdict } from "#core/xds/judge-refusal.ts";
import type { Substitute } from "#core/xds/layer.ts";
import { mayPass } from "#core/xds/passing-refusal.ts";
import { splitOffer } from "#core/xds/split-offer.ts";
import { PUSH_ORDER, type XdsType } from "#core/xds/type-urls.ts";
import { followersIn, isEmpty, namesOf } from "#server/xds/chunk-names.ts";
import { createTypeState, type TypeState } from "#server/xds/delta-type-state.ts";
import { missingIn, notIn, resourceIn, versionIn } from "#server/xds/layer-set.ts";
import { refusedAfter } from "#server/xds/refused.ts";
import { composeDelta, composeEmpty, type DeltaExtras, hashOf, namesIn, type Response } from "#server/xds/response.ts";
import type { Flags, Sent } from "#server/xds/sent-queue.ts";
import { type Chunk, makeChunk, type ServedLayer } from "#server/xds/served-layer.ts";
import { setApart } from "#server/xds/set-apart.ts";
import { NEVER, StreamBase, TYPE_OF } from "#server/xds/stream-base.ts";
import type { StreamEvent } from "#server/xds/stream-machine.ts";
import { lazyNames, type NameList, NO_NAMES, type SubscriptionTable, wants } from "#server/xds/subscription.ts";
import { Suspects } from "#server/xds/suspects.ts";
import { type DeltaRequest, decodeDeltaRequest } from "#server/xds/wire.ts";

/** Types of which a first request without names wants everything. */
const LEGACY_WILDCARD: ReadonlySet<XdsType> = new Set(["CDS", "LDS", "VHDS"]);
/** Traffic is sent to a cluster only once the client has it, and its endpoints. */
const FIRST_STAGE: readonly XdsType[] = ["CDS", "EDS"];
const SECOND_STAGE = PUSH_ORDER.filter((type) => !FIRST_STAGE.includes(type));

/** Of larger responses nobody asks whether a suspect was in them. */
const CLEARING_MAX = 64;

/**
 * Delta ADS for one client. It remembers what the client wants and to which version of each layer it was brought, never
 * the resources one by one: that is what lets any number of clients share what they are sent.
 *
 * Kept: every subscribed name is answered; subscription changes count even with a stale nonce; a client that comes back
 * gets what differs; endpoints follow every cluster, virtual hosts every route configuration; listeners and routes wait
 * until the clusters before them are acknowledged, removals go last. Of a refused response nothing is believed that the client is not known
 * to have applied: the rest is sent again in parts until the culprits are alone (`judgeRefusal`, `splitOffer`). A culprit is not sent again
 * before it changes, but where the cause may pass, when asked to. What can be had without a part of it is sent so in its place.
 */
export class DeltaStream extends StreamBase<TypeState> {
  readonly #suspects: Suspects;
  #pushesOut = 0;
  /** Names that were in layers it no longer has. */
  #left: ReadonlyMap<XdsType, ReadonlySet<string>> = new Map();
  /** Clusters sent before the client asked for endpoints: it waits for these endpoints, even if it holds them. */
  #clustersAhead: NameList = NO_NAMES;

  constructor(layers: readonly ServedLayer[], table: SubscriptionTable, suspects = new Suspects()) {
    super(layers, table);
    this.#suspects = suspects;
  }

  receive(message: Buffer): { responses: readonly Response[]; events: readonly StreamEvent[] } {
    const request = decodeDeltaRequest(message);
    const type = TYPE_OF.get(request.typeUrl);
    if (type === undefined)
      return { responses: request.nonce === "" ? [composeEmpty(request.typeUrl, true)] : [], events: [] };
    const known = this.types.get(type);
    const state = known ?? createTypeState();
    this.types.set(type, state);
    const events: StreamEvent[] = [];
    const again = known === undefined || request.nonce === "" ? [] : this.#answer(type, state, request, events);
    const responses = [...again, ...this.#subscribe(type, state, request, known === undefined)];
    return { responses, events: [...events, ...this.missingSecrets(type, request.subscribe)] };
  }

  flush(): readonly Response[] {
    if (this.#pushesOut > this.#withheld()) return [];
    const now = this.layers.map(({ version }) => version);
    const isWarming = this.#isOut("CDS") || this.#isOut("EDS");
    const first = equal(this.clustersAt, now) ? [] : this.#pushStage(FIRST_STAGE, this.clustersAt);
    this.clustersAt = now;
    if (isWarming || this.#isOut("CDS")) return first;
    const rest = equal(this.restAt, now)
      ? []
      : [...this.#pushStage(SECOND_STAGE, this.restAt), ...this.#pushRemovals(this.restAt)];
    this.restAt = now;
    this.#left = new Map();
    if (this.#pushesOut === 0) this.answered = now;
    return [...first, ...rest];
  }

  moveTo(layers: readonly ServedLayer[]): void {
    const kept = (versions: readonly number[]): readonly number[] =>
      layers.map((layer) => (this.layers.includes(layer) ? (versions[this.layers.indexOf(layer)] ?? NEVER) : NEVER));
    const left = this.layers.filter((layer) => !layers.includes(layer)).flatMap(({ layer }) => [...layer.resources]);
    this.#left = new Map(
      PUSH_ORDER.map((type) => [
        type,
        new Set([
          ...(this.#left.get(type) ?? []),
          ...left.flatMap(([of, all]) => (of === type ? [...all.keys()] : [])),
        ]),
      ]),
    );
    [this.clustersAt, this.restAt, this.answered] = [kept(this.clustersAt), kept(this.restAt), kept(this.answered)];
    this.layers = layers;
  }

  protected isUnanswered({ sent }: TypeState): boolean {
    return sent.length > 0;
  }

  protected offer(type: XdsType, state: TypeState, names: readonly string[]): readonly Response[] {
    const list = lazyNames(`again ${names.join(" ")}`, () => names);
    const chunks = this.layers.map((layer) => layer.named(type, list));
    const offer = this.#send(type, state, chunks, {}, { isPush: true, isAgain: true });
    return [...offer, ...this.#follow(type, chunks, { isPush: true })];
  }

  /**
   * Envoy (1.40) may keep a cluster that it refused among those that warm, and then acknowledges no clusters until that one is gone or good,
   * though it takes them. Nothing waits for these.
   */
  #withheld(): number {
    const clusters = this.types.get("CDS");
    return clusters === undefined || clusters.refused.size === 0 ? 0 : clusters.sent.pushes;
  }

  #isOut(type: XdsType): boolean {
    const state = this.types.get(type);
    return state !== undefined && state.sent.length > 0 && !(type === "CDS" && state.refused.size > 0);
  }

  /** An ACK or NACK. Responses older than the one it names were passed over: what followed them is answered. */
  #answer(type: XdsType, state: TypeState, { nonce, error }: DeltaRequest, events: StreamEvent[]): Response[] {
    const answered = state.sent.takeUntil(nonce);
    if (answered.length === 0) {
      events.push({ kind: "stale", type, nonce });
      return [];
    }
    const again: Response[] = [];
    for (const sent of answered) {
      if (sent.isPush) this.#pushesOut -= 1;
      if (sent.substitute !== undefined)
        again.push(
          ...this.#answerOfSubstitute(
            type,
            state,
            sent.substitute,
            sent.response.nonce === nonce ? error : undefined,
            events,
          ),
        );
      else if (sent.response.nonce === nonce && error !== undefined)
        again.push(...this.#refused(type, state, sent, error, events));
      else this.#taken(type, state, sent, events);
    }
    if (error === undefined) events.push({ kind: "ack", type });
    if (state.isRetryDue && state.sent.length === 0) again.push(...this.#retry(type, state));
    if (this.#pushesOut === 0) this.answered = this.restAt;
    return again;
  }

  #taken(type: XdsType, state: TypeState, { response, isPush, isAgain }: Sent, events: StreamEvent[]): void {
    const isWatched = this.#suspects.has(type);
    // Nearly always: nobody asks what the names were, and a first answer holds thousands.
    if (!isAgain && !isWatched && state.refused.size === 0) return;
    const names = namesIn(response);
    if (isAgain && names.length > 0) events.push({ kind: "taken", type, names });
    if (isWatched && names.length <= CLEARING_MAX) for (const name of names) this.#suspects.clear(type, name);
    state.refused = refusedAfter(state.refused, names, []);
    // A domain that one virtual host had to give up before another could have it.
    if (type === "VHDS" && isPush && state.refused.size > 0) state.isRetryDue = true;
  }

  /** Enters what is known of a refused response; returns what is sent again of the rest. */
  #refused(type: XdsType, state: TypeState, sent: Sent, error: string, events: StreamEvent[]): Response[] {
    const names = namesIn(sent.response);
    const { removed = [], absent = [] } = sent.response.extras;
    const isAlone = names.length === 0 || names.length + removed.length + absent.length === 1;
    const verdict: Verdict = isAlone ? refusedAlone(type, error, names[0]) : judgeRefusal(type, error, names);
    const isSaidAgain =
      sent.isAgain && verdict.refused.every(({ name, message }) => state.refused.get(name) === message);
    state.refused = refusedAfter(state.refused, verdict.applied, verdict.refused);
    for (const { name, message } of verdict.refused) this.#suspect(type, name, message);
    events.push({ kind: "nack", type, refused: verdict.refused, ...(isSaidAgain ? { isAgain: true } : {}) });
    const flags = { isPush: true, isAgain: sent.isAgain, isPart: true };
    const gone =
      isAlone || verdict.isRemovalApplied
        ? []
        : this.#send(
            type,
            state,
            [],
            { removed: notIn(this.layers, type, removed), absent: notIn(this.layers, type, absent) },
            flags,
          );
    const parts = splitOffer(verdict.doubtful, !sent.isPart, verdict.refused.length > 0).flatMap((part) => {
      const list = lazyNames(`part ${hashOf(type, part)}`, () => part);
      const chunks = this.layers.map((layer) => layer.named(type, list));
      return [...this.#send(type, state, chunks, {}, flags), ...this.#follow(type, chunks, { isPush: true })];
    });
    const placed = verdict.refused.flatMap(({ name, message }) => {
      const resource = mayPass(message) ? undefined : resourceIn(this.layers, type, name);
      return resource?.substitutes === undefined ? [] : this.#substitute(type, state, name, resource.substitutes());
    });
    return [...gone, ...parts, ...placed];
  }

  /** What was refused stands refused, whatever is taken in its place. */
  #answerOfSubstitute(
    type: XdsType,
    state: TypeState,
    { name, sent, left }: NonNullable<Sent["substitute"]>,
    error: string | undefined,
    events: StreamEvent[],
  ): Response[] {
    if (error !== undefined) return this.#substitute(type, state, name, left);
    if (state.refused.has(name)) events.push({ kind: "placed", type, name, without: sent.without });
    return [];
  }

  /** Sends the first of `choices`, but where the client lets go of the resource, or is on its way to another version of it. */
  #substitute(type: XdsType, state: TypeState, name: string, [sent, ...left]: readonly Substitute[]): Response[] {
    if (sent === undefined || !state.refused.has(name) || !this.wants(type, name) || state.sent.holds(name)) return [];
    const chunks = [makeChunk(type, [sent.resource])];
    const response = composeDelta(type, chunks);
    this.#pushesOut += 1;
    state.sent.push({ response, isPush: true, isAgain: false, isPart: false, substitute: { name, sent, left } });
    return [response, ...this.#follow(type, chunks, { isPush: true })];
  }

  #retry(type: XdsType, state: TypeState): Response[] {
    state.isRetryDue = false;
    const names = this.standingOf(type, state);
    const list = lazyNames(`again ${names.join(" ")}`, () => names);
    const chunks = this.layers.map((layer) => layer.named(type, list));
    return this.#send(type, state, chunks, {}, { isPush: true, isAgain: true });
  }

  #suspect(type: XdsType, name: string, message: string): void {
    const version = versionIn(this.layers, type, name);
    if (version !== undefined && !mayPass(message)) this.#suspects.note(type, name, version);
  }

  #subscribe(type: XdsType, state: TypeState, request: DeltaRequest, isFirst: boolean): Response[] {
    const add = this.table.names(request.subscribe);
    const remove = this.table.names(request.unsubscribe);
    if (!isFirst && add === NO_NAMES && remove === NO_NAMES) return [];
    if (isFirst && add === NO_NAMES && LEGACY_WILDCARD.has(type)) state.wildcard = "legacy";
    else if (add.names.has("*")) state.wildcard = "explicit";
    // Virtual hosts on demand are asked for by name beside the wildcard that Envoy began with.
    else if (add !== NO_NAMES && state.wildcard === "legacy" && type !== "VHDS") state.wildcard = "none";
    if (remove.names.has("*")) state.wildcard = "none";
    const isWildcard = state.wildcard !== "none";
    state.subscription = this.table.change(state.subscription, add, remove, isWildcard);
    if (isFirst && request.versions.length > 0) return this.#resume(type, state, request, add);
    if (add.names.has("*") || (isFirst && add === NO_NAMES))
      return this.#reply(
        type,
        state,
        (layer) => layer.full(type, state.subscription),
        missingIn(this.layers, type, add),
      );
    if (add !== NO_NAMES)
      return this.#reply(type, state, (layer) => layer.named(type, add), missingIn(this.layers, type, add));
    // The client forgets a name it lets go of, though the wildcard still covers it.
    return isWildcard
      ? this.#reply(type, state, (layer) => layer.named(type, remove), missingIn(this.layers, type, remove))
      : [];
  }

  /** A client that comes back: what differs from what it holds, and what of it is gone. */
  #resume(type: XdsType, state: TypeState, request: DeltaRequest, add: NameList): Response[] {
    const held = this.table.held(request.versions);
    const also = type === "EDS" ? this.#clustersAhead : NO_NAMES;
    const missing = missingIn(this.layers, type, add).filter((name) => !held.names.has(name));
    return this.#reply(
      type,
      state,
      (layer) => layer.full(type, state.subscription, held, also),
      missing,
      missingIn(this.layers, type, held),
    );
  }

  #reply(
    type: XdsType,
    state: TypeState,
    chunkOf: (layer: ServedLayer) => Chunk,
    missing: readonly string[],
    gone: readonly string[] = [],
  ): Response[] {
    const chunks = this.layers.map(chunkOf);
    const answer = this.#send(
      type,
      state,
      chunks,
      type === "VHDS" ? { removed: gone, absent: missing } : { removed: [...gone, ...missing] },
    );
    if (type === "EDS") this.#clustersAhead = NO_NAMES;
    return [...answer, ...this.#follow(type, chunks)];
  }

  /** Endpoints of clusters that were sent, virtual hosts of route configurations. */
  #follow(type: XdsType, chunks: readonly Chunk[], flags: Partial<Flags> = {}): Response[] {
    const follower = type === "CDS" ? "EDS" : type === "RDS" ? "VHDS" : undefined;
    const sent = namesOf(chunks);
    if (follower === undefined || sent === NO_NAMES) return [];
    const following = this.types.get(follower);
    if (following === undefined) {
      if (type === "CDS") this.#clustersAhead = sent;
      return [];
    }
    const after = this.layers.map((layer) =>
      layer.since(follower, following.subscription, layer.version, followersIn(layer, type, sent)),
    );
    return after.every(isEmpty) ? [] : this.#send(follower, following, after, {}, flags);
  }

  #pushStage(types: readonly XdsType[], from: readonly number[]): Response[] {
    const responses: Response[] = [];
    const pushed = new Map<XdsType, NameList>();
    for (const type of types) {
      const state = this.types.get(type);
      if (state === undefined) continue;
      const leader = type === "EDS" ? "CDS" : type === "VHDS" ? "RDS" : undefined;
      const led = leader === undefined ? NO_NAMES : (pushed.get(leader) ?? NO_NAMES);
      const chunks = this.layers.map((layer, index) =>
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
      responses.push(...this.#send(type, state, chunks, removed.length === 0 ? {} : { removed }, { isPush: true }));
    }
    return responses;
  }

  #pushRemovals(from: readonly number[]): Response[] {
    return PUSH_ORDER.toReversed().flatMap((type) => {
      const state = this.types.get(type);
      if (state === undefined || type === "VHDS") return [];
      const removed = this.#removed(type, state, from);
      return removed.length === 0 ? [] : this.#send(type, state, [], { removed }, { isPush: true });
    });
  }

  #removed(type: XdsType, { subscription }: TypeState, from: readonly number[]): string[] {
    const left = [...(this.#left.get(type) ?? [])].filter((name) => wants(subscription, name));
    const gone = this.layers.flatMap((layer, index) => layer.goneSince(type, subscription, from[index] ?? 0));
    return notIn(this.layers, type, [...new Set([...left, ...gone])]);
  }

  /** Sends a response, empty or not, and apart from it what was refused before: with it the rest would be refused too. */
  #send(
    type: XdsType,
    state: TypeState,
    chunks: readonly Chunk[],
    extras: DeltaExtras = {},
    flags: Partial<Flags> = {},
  ): Response[] {
    const { rest, apart } = setApart(type, chunks, this.layers, this.#suspects, state.refused);
    const isRestEmpty = rest.every(isEmpty) && (extras.removed ?? []).length + (extras.absent ?? []).length === 0;
    return [
      ...(isRestEmpty && apart.length > 0 ? [] : [this.#sendOne(type, state, rest, extras, flags)]),
      ...apart.map((each) => this.#sendOne(type, state, each, {}, flags)),
    ];
  }

  #sendOne(
    type: XdsType,
    state: TypeState,
    chunks: readonly Chunk[],
    extras: DeltaExtras,
    { isPush = false, isAgain = false, isPart = false }: Partial<Flags>,
  ): Response {
    const response = composeDelta(type, chunks, extras);
    if (isPush) this.#pushesOut += 1;
    state.sent.push({ response, isPush, isAgain, isPart });
    return response;
  }
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index]);
}
