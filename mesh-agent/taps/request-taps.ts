import { create, toBinary } from "@bufbuild/protobuf";
import { numberOf } from "#core/telemetry/access-entry.ts";
import { compileMatch, type KnownRequest } from "#core/telemetry/match-request.ts";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";
import { parseRequestFilter, type RequestCondition } from "#core/telemetry/request-filter.ts";
import type { TappedHeaders } from "#core/telemetry/tapped-header.ts";
import { envoyMatch } from "#mesh-agent/taps/envoy-match.ts";
import type { HeaderTap } from "#mesh-agent/taps/header-tap.ts";
import { knownRequest, withoutCaller } from "#mesh-agent/taps/known-request.ts";
import { describeSample } from "#mesh-agent/telemetry/describe-sample.ts";
import type { SeenRequest } from "#mesh-agent/telemetry/seen-request.ts";
import {
  ShowRequestsRequestSchema,
  type ShowRequestsResponse,
  type TapOrder,
  type TapOrders,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";

export interface RequestTapsOptions {
  /** "namespace/name". */
  readonly instance: string;
  readonly show: (request: Uint8Array) => Promise<Pick<ShowRequestsResponse, "isWanted">>;
  readonly headers: Pick<HeaderTap, "set" | "take" | "problem">;
  readonly now?: () => number;
}

interface OpenTap {
  readonly order: TapOrder;
  readonly conditions: readonly RequestCondition[];
  readonly matches: (request: KnownRequest) => boolean;
  /** Of requests that it may hand over now, at most those of a second. */
  tokens: number;
  filledMs: number;
  leftOut: number;
}

interface Candidate {
  readonly seen: SeenRequest;
  readonly taps: readonly OpenTap[];
  /** Until when its headers are waited for: Envoy hands them over later than its line, or earlier. */
  readonly untilMs: number;
  headers: TappedHeaders | undefined;
}

interface Shown {
  readonly candidate: Candidate;
  readonly taps: readonly OpenTap[];
  readonly bytes: number;
}

/** A control plane asks for no more; what is beyond is left out. */
const TAPS_MAX = 32;
const PER_SECOND_MAX = 200;
const HOLDS_MS_MAX = 60_000;
/** What waits to be handed over. */
const WAITING_MAX = 1000;
const WAITING_BYTES_MAX = 2 * 1024 * 1024;
/** How long a line waits for headers. */
const HEADERS_MS_MAX = 2500;
/** As long ago as a request that is shown may have ended. */
const LATE_MS_MAX = 60_000;
/** Of one message. */
const MESSAGE_BYTES_MAX = 512 * 1024;
/** A request without its headers, about. */
const REQUEST_BYTES = 800;

/**
 * Hands over requests as they are folded, for those who look at them now. What is asked for holds for seconds and is said again while
 * somebody looks: whoever dies on the way, it ends. Bounded by rate, count and bytes; what finds no room is counted.
 */
export class RequestTaps {
  readonly #options: RequestTapsOptions;
  readonly #now: () => number;
  #taps: readonly OpenTap[] = [];
  #ends: NodeJS.Timeout | undefined;
  /** Not known yet to be stored. */
  #batch: Candidate[] = [];
  /** Whose headers may still come. */
  #held: Candidate[] = [];
  #waiting: Shown[] = [];
  #waitingBytes = 0;
  #isShowing = false;
  #toldProblem = "";
  #onOpen: () => void = () => undefined;

  constructor(options: RequestTapsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Somebody looks. */
  get isOpen(): boolean {
    return this.#taps.length > 0;
  }

  /** Called as the first begins to look. */
  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  /** What is asked for from here on. */
  follow({ orders, holdsMs }: Pick<TapOrders, "orders" | "holdsMs">): void {
    clearTimeout(this.#ends);
    const wasOpen = this.isOpen;
    const before = new Map(this.#taps.map((tap) => [tap.order.id, tap]));
    this.#taps = orders.slice(0, TAPS_MAX).map((order) => {
      const known = before.get(order.id);
      return known?.order.filter === order.filter ? Object.assign(known, { order }) : this.#openTap(order);
    });
    this.#askForHeaders();
    if (!this.isOpen) {
      this.#forget();
      return;
    }
    this.#ends = setTimeout(() => this.close(), Math.min(holdsMs, HOLDS_MS_MAX));
    this.#ends.unref();
    if (!wasOpen) this.#onOpen();
  }

  /** Nobody looks any more, or nobody says so. */
  close(): void {
    this.follow({ orders: [], holdsMs: 0 });
  }

  /** A request that was just folded. */
  offer(seen: SeenRequest): void {
    // What an agent reads that was away is of another time.
    if (numberOf(seen.entry.t) + numberOf(seen.entry.d) < this.#now() - LATE_MS_MAX) return;
    const known = knownRequest(seen);
    const unbelieved = known.reporter === "destination" ? withoutCaller(known) : known;
    const taps = this.#taps.filter(({ matches }) => matches(known) || (unbelieved !== known && matches(unbelieved)));
    if (taps.length === 0) return;
    const isHeld = taps.some(({ order }) => order.wantsHeaders);
    const headers = isHeld ? this.#options.headers.take(seen.entry) : undefined;
    const untilMs = isHeld ? this.#now() + HEADERS_MS_MAX : 0;
    if (this.#batch.length + this.#held.length < WAITING_MAX || headers !== undefined)
      this.#batch.push({ seen, taps, untilMs, headers });
    else for (const tap of taps) tap.leftOut += 1;
  }

  /** What was offered since the last time is stored, and handed over; or it is not, and will be offered again. */
  settle(isStored: boolean): void {
    const batch = this.#batch;
    this.#batch = [];
    if (!isStored) return;
    const nowMs = this.#now();
    const all = [...this.#held, ...batch];
    for (const each of all) if (each.untilMs > 0) each.headers ??= this.#options.headers.take(each.seen.entry);
    // Whose headers were caught comes first: there are fewer of those.
    for (const each of all) if (each.headers !== undefined) this.#admit(each);
    for (const each of all) if (each.headers === undefined && each.untilMs <= nowMs) this.#admit(each);
    this.#held = all.filter(({ headers, untilMs }) => headers === undefined && untilMs > nowMs);
    void this.#show();
  }

  #openTap(order: TapOrder): OpenTap {
    const { conditions } = parseRequestFilter(order.filter);
    return { order, conditions, matches: compileMatch(conditions), tokens: 0, filledMs: 0, leftOut: 0 };
  }

  #askForHeaders(): void {
    const asking = this.#taps.filter(({ order }) => order.wantsHeaders);
    this.#options.headers.set(
      asking.length > 0
        ? {
            match: envoyMatch(asking.map(({ conditions }) => conditions)),
            redact: compileRedaction(asking.flatMap(({ order }) => order.redacted)),
          }
        : undefined,
    );
  }

  #admit(candidate: Candidate): void {
    const taps = candidate.taps.filter((tap) => this.#takeToken(tap));
    if (taps.length === 0) return;
    const bytes = REQUEST_BYTES + (candidate.headers === undefined ? 0 : bytesOf(candidate.headers));
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      for (const tap of taps) tap.leftOut += 1;
      return;
    }
    this.#waiting.push({ candidate, taps, bytes });
    this.#waitingBytes += bytes;
  }

  #takeToken(tap: OpenTap): boolean {
    const perSecond = Math.min(tap.order.perSecond, PER_SECOND_MAX);
    const nowMs = this.#now();
    tap.tokens = Math.min(perSecond, tap.tokens + ((nowMs - tap.filledMs) / 1000) * perSecond);
    tap.filledMs = nowMs;
    if (tap.tokens < 1) {
      tap.leftOut += 1;
      return false;
    }
    tap.tokens -= 1;
    return true;
  }

  /** One message at a time: what comes meanwhile waits, as far as there is room. */
  async #show(): Promise<void> {
    if (this.#isShowing) return;
    this.#isShowing = true;
    try {
      while (this.#hasNews()) {
        const { sent, message, leftOut } = this.#nextMessage();
        try {
          const { isWanted } = await this.#options.show(message);
          if (!isWanted) this.close();
        } catch {
          // They were of this moment: whoever looks is told of them when the control plane is there again.
          for (const [tap, count] of leftOut) tap.leftOut += count;
          for (const tap of sent.flatMap(({ taps }) => taps)) tap.leftOut += 1;
          return;
        }
      }
    } finally {
      this.#isShowing = false;
    }
  }

  #hasNews(): boolean {
    return (
      this.isOpen &&
      (this.#waiting.length > 0 ||
        this.#taps.some(({ leftOut }) => leftOut > 0) ||
        this.#options.headers.problem !== this.#toldProblem)
    );
  }

  #nextMessage() {
    let bytes = 0;
    const end = this.#waiting.findIndex((each) => {
      bytes += each.bytes;
      return bytes > MESSAGE_BYTES_MAX;
    });
    const sent = this.#waiting.splice(0, end < 0 ? this.#waiting.length : Math.max(1, end));
    for (const each of sent) this.#waitingBytes -= each.bytes;
    const leftOut = this.#taps.flatMap((tap) => (tap.leftOut > 0 ? [[tap, tap.leftOut] as const] : []));
    for (const [tap] of leftOut) tap.leftOut = 0;
    this.#toldProblem = this.#options.headers.problem;
    const message = toBinary(
      ShowRequestsRequestSchema,
      create(ShowRequestsRequestSchema, {
        instance: this.#options.instance,
        requests: sent.map(({ candidate: { seen, headers }, taps }) => ({
          request: describeSample(seen, 1),
          taps: taps.map(({ order }) => order.id),
          ...(headers === undefined ? {} : { headers: wireOf(headers) }),
        })),
        leftOut: leftOut.map(([{ order }, count]) => ({ tap: order.id, requests: BigInt(count) })),
        headersProblem: this.#toldProblem,
        sentAtMs: BigInt(this.#now()),
      }),
    );
    return { sent, message, leftOut };
  }

  #forget(): void {
    this.#batch = [];
    this.#held = [];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#toldProblem = "";
  }
}

function bytesOf({ request, requestTrailers, response, responseTrailers }: TappedHeaders): number {
  let bytes = 0;
  for (const { name, value } of [...request, ...requestTrailers, ...response, ...responseTrailers])
    bytes += name.length + value.length + 8;
  return bytes;
}

function wireOf({ leftOut, ...parts }: TappedHeaders) {
  const copy = (headers: TappedHeaders["request"]) => headers.map((header) => ({ ...header }));
  return {
    request: copy(parts.request),
    requestTrailers: copy(parts.requestTrailers),
    response: copy(parts.response),
    responseTrailers: copy(parts.responseTrailers),
    leftOut,
  };
}
