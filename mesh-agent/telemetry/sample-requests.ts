import { fnv1a } from "#core/fnv1a.ts";
import { type AccessEntry, numberOf, textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { classOfRequest, isTrouble } from "#core/telemetry/request-class.ts";
import { describeSample } from "#mesh-agent/telemetry/describe-sample.ts";
import type { Shape } from "#mesh-agent/telemetry/request-shapes.ts";
import type { SeenRequest } from "#mesh-agent/telemetry/seen-request.ts";
import type { RequestSample } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** From 0 to below 1. */
export type Random = () => number;

/** Of one batch, which is a second or two of traffic. */
const TROUBLE_MAX = 100;
const SLOW_MAX = 12;
const ORDINARY_MAX = 8;
/** Kinds of trouble that each have room of their own. */
const KINDS_MAX = 64;
/** How far a bar moves with a request, of itself: up 99 times as far as down, so that one of a hundred is above it. */
const BAR_STEP = 0.05;
const BAR_SHARE = 0.99;
/** Faster than that is not slow, whatever the others take. */
const SLOW_MS_MIN = 5;
/** Requests of a service before one of them can be slow beside the others. */
const KNOWN_MIN = 100;
const SERVICES_MAX = 1000;

/** Keeps each of what it is offered with the same chance (algorithm R). */
class Reservoir {
  readonly kept: SeenRequest[] = [];
  readonly #max: number;
  seen = 0;

  constructor(max: number) {
    this.#max = max;
  }

  offer(seen: SeenRequest, random: Random): void {
    this.seen += 1;
    if (this.kept.length < this.#max) this.kept.push(seen);
    else {
      const place = Math.floor(random() * this.seen);
      if (place < this.#max) this.kept[place] = seen;
    }
  }
}

/**
 * Keeps those whose request ids come first by a hash, each with the same chance: so both ends of a call keep the same ones, and what
 * the called end says of one is found for the caller's.
 */
class SharedReservoir {
  readonly #ranked: { readonly rank: number; readonly seen: SeenRequest }[] = [];
  readonly #max: number;
  seen = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The first first. */
  get kept(): SeenRequest[] {
    return this.#ranked.map(({ seen }) => seen);
  }

  offer(seen: SeenRequest, random: Random): void {
    this.seen += 1;
    const id = textOf(seen.entry.ri);
    const rank = id === "" ? random() : rankOf(id);
    if (this.#ranked.length >= this.#max && rank >= (this.#ranked.at(-1)?.rank ?? 0)) return;
    let place = this.#ranked.length;
    while (place > 0 && (this.#ranked[place - 1]?.rank ?? 0) > rank) place -= 1;
    this.#ranked.splice(place, 0, { rank, seen });
    if (this.#ranked.length > this.#max) this.#ranked.pop();
  }
}

/** Of ids that callers make as long as they like. */
const RANKED_CHARS = 64;

/** From 0 to below 1, as random as ids are: FNV-1a, mixed as murmur3 ends. */
function rankOf(id: string): number {
  let hash = fnv1a(id.slice(0, RANKED_CHARS));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

interface Bar {
  ms: number;
  seen: number;
}

/**
 * Requests to look at: errors, denials and limits of every kind, slow ones, and of the rest each one with the same chance. What is
 * beyond the room of a batch is told by the weight of those that are kept: weights sum up to all requests.
 */
export class SampleRequests {
  readonly #random: Random;
  /** By service: what 99 of 100 of its requests take at most, about. */
  readonly #bars = new Map<string, Bar>();
  #trouble = new Map<TrafficKey | undefined, SharedReservoir>();
  #slow = new Reservoir(SLOW_MAX);
  #ordinary = new Reservoir(ORDINARY_MAX);

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns it with what is known of it beside others. */
  offer(entry: AccessEntry, labels: TrafficKey, shape: Shape): SeenRequest {
    const isSlow = this.#isSlow(labels.destinationService, numberOf(entry.d));
    const code = wholeOf(entry.c);
    const { deniedBy, grpcStatus } = labels;
    const seen = { entry, labels, shape, isSlow };
    if (!isTrouble(classOfRequest({ responseCode: code, grpcStatus, deniedBy, isSlow: false })))
      (isSlow ? this.#slow : this.#ordinary).offer(seen, this.#random);
    else this.#roomFor(labels).offer(seen, this.#random);
    return seen;
  }

  /** Takes what was kept since the last call. */
  take(): RequestSample[] {
    const trouble = shareRoom([...this.#trouble.values()], TROUBLE_MAX);
    const others = [
      { of: this.#slow, room: SLOW_MAX },
      { of: this.#ordinary, room: ORDINARY_MAX },
    ];
    this.#trouble = new Map();
    this.#slow = new Reservoir(SLOW_MAX);
    this.#ordinary = new Reservoir(ORDINARY_MAX);
    const told = [
      ...trouble.map(({ of, room }) => ({ seen: of.seen, kept: of.kept.slice(0, room) })),
      ...others.map(({ of, room }) => ({ seen: of.seen, kept: pick(of.kept, room, this.#random) })),
    ];
    return told.flatMap(({ seen, kept }) => kept.map((each) => describeSample(each, seen / kept.length)));
  }

  /** Each set of labels is a kind, so that no flood of one hides another. */
  #roomFor(labels: TrafficKey): SharedReservoir {
    const kind = this.#trouble.has(labels) || this.#trouble.size < KINDS_MAX ? labels : undefined;
    let room = this.#trouble.get(kind);
    if (room === undefined) {
      room = new SharedReservoir(TROUBLE_MAX);
      this.#trouble.set(kind, room);
    }
    return room;
  }

  #isSlow(service: string, durationMs: number): boolean {
    let bar = this.#bars.get(service);
    if (bar === undefined) {
      if (this.#bars.size >= SERVICES_MAX) this.#bars.clear();
      bar = { ms: SLOW_MS_MIN, seen: 0 };
      this.#bars.set(service, bar);
    }
    bar.seen += 1;
    const isAbove = durationMs > bar.ms;
    bar.ms = isAbove
      ? bar.ms * (1 + BAR_STEP * BAR_SHARE)
      : Math.max(SLOW_MS_MIN, bar.ms * (1 - BAR_STEP * (1 - BAR_SHARE)));
    return isAbove && bar.seen > KNOWN_MIN;
  }
}

/** Room shared by those who want it: nobody has less than another that wants more, and nothing is left while somebody wants it. */
function shareRoom(
  reservoirs: readonly SharedReservoir[],
  max: number,
): readonly { readonly of: SharedReservoir; readonly room: number }[] {
  let left = max;
  return [...reservoirs]
    .sort((a, b) => a.kept.length - b.kept.length)
    .map((of, index, all) => {
      const room = Math.min(of.kept.length, Math.floor(left / (all.length - index)));
      left -= room;
      return { of, room };
    });
}

/** So many of them, each with the same chance. */
function pick(kept: SeenRequest[], room: number, random: Random): SeenRequest[] {
  for (let index = 0; index < Math.min(room, kept.length - 1); index += 1) {
    const other = index + Math.floor(random() * (kept.length - index));
    const [a, b] = [kept[index], kept[other]];
    if (a !== undefined && b !== undefined) [kept[index], kept[other]] = [b, a];
  }
  return kept.slice(0, room);
}
