import { fnv1a } from "#core/fnv1a.ts";
import { type AccessEntry, isTraced, numberOf, textOf, wholeOf } from "#core/telemetry/access-entry.ts";
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

/** Those that came with the lowest of numbers. */
class Lowest {
  readonly #ranked: { readonly rank: number; readonly seen: SeenRequest }[] = [];
  readonly #max: number;
  /** How many came. */
  count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The lowest first. */
  get kept(): readonly SeenRequest[] {
    return this.#ranked.map(({ seen }) => seen);
  }

  get size(): number {
    return this.#ranked.length;
  }

  offer(seen: SeenRequest, rank: number): void {
    this.count += 1;
    if (this.#ranked.length >= this.#max && rank >= (this.#ranked.at(-1)?.rank ?? 0)) return;
    let place = this.#ranked.length;
    while (place > 0 && (this.#ranked[place - 1]?.rank ?? 0) > rank) place -= 1;
    this.#ranked.splice(place, 0, { rank, seen });
    if (this.#ranked.length > this.#max) this.#ranked.pop();
  }
}

/** Requests that stand for so many, themselves among them. */
interface Told {
  readonly kept: readonly SeenRequest[];
  readonly of: number;
}

/**
 * One half of the room is for those whose request ids come first by a hash: so both ends of a call keep the same ones, and what the called end
 * says of one is found for the caller's. Callers choose ids, and could choose such that none of theirs came first, or all: these stand for
 * themselves alone. The other half is drawn of all that is left, each with the same chance, and stands for that.
 */
class TroubleRoom {
  readonly #shared = new Lowest(TROUBLE_MAX);
  readonly #drawn = new Lowest(TROUBLE_MAX);

  get size(): number {
    return this.#drawn.size;
  }

  offer(seen: SeenRequest, random: Random): void {
    const id = textOf(seen.entry.ri);
    this.#shared.offer(seen, id === "" ? random() : rankOf(id));
    this.#drawn.offer(seen, random());
  }

  take(room: number): readonly Told[] {
    const shared = this.#shared.kept.slice(0, Math.floor(room / 2));
    const taken = new Set(shared);
    const drawn = this.#drawn.kept.filter((seen) => !taken.has(seen)).slice(0, room - shared.length);
    return [
      { kept: shared, of: shared.length },
      { kept: drawn, of: this.#drawn.count - shared.length },
    ];
  }
}

/**
 * Each with the same chance; of those that were traced up to half of the room, so that there is a trace to open, and for each of both it is said
 * how many it stands for: whoever has requests traced more often than others is not told of more.
 */
class FairRoom {
  readonly #traced: Lowest;
  readonly #others: Lowest;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
    this.#traced = new Lowest(max);
    this.#others = new Lowest(max);
  }

  offer(seen: SeenRequest, random: Random): void {
    (isTraced(seen.entry) ? this.#traced : this.#others).offer(seen, random());
  }

  take(): readonly Told[] {
    const max = this.#max;
    const traced = Math.min(this.#traced.size, Math.max(Math.floor(max / 2), max - this.#others.size));
    return [
      { kept: this.#traced.kept.slice(0, traced), of: this.#traced.count },
      { kept: this.#others.kept.slice(0, max - traced), of: this.#others.count },
    ];
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
  #trouble = new Map<TrafficKey | undefined, TroubleRoom>();
  #slow = new FairRoom(SLOW_MAX);
  #ordinary = new FairRoom(ORDINARY_MAX);

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
    const told = [
      ...shareRoom([...this.#trouble.values()], TROUBLE_MAX).flatMap(({ of, room }) => of.take(room)),
      ...this.#slow.take(),
      ...this.#ordinary.take(),
    ];
    this.#trouble = new Map();
    this.#slow = new FairRoom(SLOW_MAX);
    this.#ordinary = new FairRoom(ORDINARY_MAX);
    return told.flatMap(({ kept, of }) => kept.map((each) => describeSample(each, of / kept.length)));
  }

  /** Each set of labels is a kind, so that no flood of one hides another. */
  #roomFor(labels: TrafficKey): TroubleRoom {
    const kind = this.#trouble.has(labels) || this.#trouble.size < KINDS_MAX ? labels : undefined;
    let room = this.#trouble.get(kind);
    if (room === undefined) {
      room = new TroubleRoom();
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
  rooms: readonly TroubleRoom[],
  max: number,
): readonly { readonly of: TroubleRoom; readonly room: number }[] {
  let left = max;
  return [...rooms]
    .sort((a, b) => a.size - b.size)
    .map((of, index, all) => {
      const room = Math.min(of.size, Math.floor(left / (all.length - index)));
      left -= room;
      return { of, room };
    });
}
