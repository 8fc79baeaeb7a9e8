import { randomBytes } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { compareNames } from "#core/compare-names.ts";
import { PharosError } from "#core/errors.ts";
import { plainText } from "#core/plain-text.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { compileMatch, type KnownRequest } from "#core/telemetry/match-request.ts";
import { compileRedaction, type Redaction } from "#core/telemetry/redact-headers.ts";
import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import type { TapInput, TapNews } from "#core/telemetry/tap.ts";
import { readMessage } from "#grpc/read-message.ts";
import {
  type ShownRequest,
  ShowRequestsRequestSchema,
  ShowRequestsResponseSchema,
  TapOrdersSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { EncodedOrders } from "#server/mesh/tap-watchers.ts";
import { readTappedHeaders } from "#server/taps/read-tapped-headers.ts";
import { TapQueue } from "#server/taps/tap-queue.ts";
import { identityOf, requestsOfProxy } from "#server/taps/tapped-proxies.ts";
import { describeReporter, type ReporterIdentity } from "#server/telemetry/ingest/describe-reporter.ts";
import { moveOf } from "#server/telemetry/ingest/move-times.ts";
import { readSample } from "#server/telemetry/ingest/read-sample.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { RowBudget } from "#server/telemetry/ingest/row-budget.ts";
import { takeSample } from "#server/telemetry/ingest/stamp-report.ts";

export interface TapDeskOptions {
  readonly snapshot: () => Snapshot;
  /** The instance of this name (`namespace/name`). */
  readonly find: (instance: string) => WorkloadInstance | undefined;
  readonly revisionAt: (atMs: number) => number | null;
  /** Tells agents what they are asked for; answers who hears it. */
  readonly setTaps: (orders: EncodedOrders) => Promise<readonly string[]>;
  /** Names of headers that stay on their hosts, beside those that always do. */
  readonly redacted: () => readonly string[];
  readonly now?: () => number;
}

export interface TapAsk extends TapInput {
  readonly wantsHeaders: boolean;
  /** Who looks. */
  readonly user: string;
}

type Redact = (name: string, value: string) => Redaction;

interface OpenTap {
  readonly id: string;
  readonly ask: TapAsk;
  readonly errors: readonly string[];
  readonly matches: (request: KnownRequest) => boolean;
  readonly endsAtMs: number;
  readonly queue: TapQueue;
  readonly timer: NodeJS.Timeout;
  readonly problems: Map<string, string>;
  overRate: number;
  meant: number;
  asked: ReadonlySet<string>;
  following: number;
}

/** Requests a second that all agents together may hand over for one viewer, and one agent of them. */
const PER_SECOND = 500;
const PER_AGENT = { min: 5, max: 200 } as const;
/** Proxies that one viewer looks at, and all together: each reports twice a second meanwhile. */
const PROXIES_MAX = { perTap: 100, inSum: 200 } as const;
const TAPS_MAX = { perUser: 4, inSum: 16 } as const;
/** How often agents are told, and for how long they take it to hold. */
const TOLD_EVERY_MS = 2000;
const HOLDS_MS = 10_000;
/** What is new is told so often at most, and something at least so often. */
const NEWS_MS = { min: 250, max: 2000 } as const;
/** Agents send half of it. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Of what one agent hands over, whatever it was asked for. */
const ROWS = { name: "tapped requests", perSecond: 400, atOnce: 1200 } as const;
const TAPS_OF_ROW_MAX = 32;
const PROBLEM_CHARS_MAX = 300;
const NOBODY = { isWanted: false } as const;

/**
 * Who looks at requests as they happen. While nobody does, agents are asked for nothing. What they hand over is shown to those it is for and
 * kept nowhere: bounded for each agent, each viewer and in all, and what finds no room is counted.
 */
export class TapDesk {
  readonly #options: TapDeskOptions;
  readonly #now: () => number;
  readonly #taps = new Map<string, OpenTap>();
  readonly #rows = new RowBudget(ROWS);
  /** Rows of two servers, or two runs of one, have ids of their own. */
  readonly #run = randomBytes(6).toString("hex");
  #redaction: { readonly names: string; readonly redact: Redact } | undefined;
  #messages = 0;
  #lastId = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: TapDeskOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Taps that are open. */
  get size(): number {
    return this.#taps.size;
  }

  /** What happens from now on, until its time is over or nobody reads it. Throws "exhausted" where too many look already. */
  async *follow(
    ask: TapAsk,
    signal: AbortSignal,
    onEnd: (shown: number) => void = () => undefined,
  ): AsyncIterable<TapNews> {
    const tap = this.#open(ask);
    let shown = 0;
    const onAbort = (): void => this.#close(tap);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#tell();
      while (!signal.aborted) {
        const isOver = !this.#taps.has(tap.id);
        const news = this.#newsOf(tap, isOver);
        shown += news.rows.length;
        yield news;
        if (isOver) return;
        const toldMs = this.#now();
        await tap.queue.wait(NEWS_MS.max);
        const earlyMs = NEWS_MS.min - (this.#now() - toldMs);
        if (earlyMs > 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#close(tap);
      onEnd(shown);
    }
  }

  /** AgentService/ShowRequests. What an agent tells is believed as far as its reports are. */
  take(bytes: Uint8Array, identity: ReporterIdentity): Uint8Array {
    return toBinary(ShowRequestsResponseSchema, create(ShowRequestsResponseSchema, this.#take(bytes, identity)));
  }

  close(): void {
    for (const tap of [...this.#taps.values()]) this.#close(tap);
  }

  #take(bytes: Uint8Array, identity: ReporterIdentity): { readonly isWanted: boolean } {
    if (this.#taps.size === 0) return NOBODY;
    if (bytes.length > MESSAGE_BYTES_MAX)
      throw new PharosError(
        "invalid",
        `${bytes.length} bytes of requests at once: at most ${MESSAGE_BYTES_MAX} are taken`,
      );
    const message = readMessage(ShowRequestsRequestSchema, bytes);
    const { snapshot, find, revisionAt } = this.#options;
    const reporter = describeReporter(identity, find(message.instance), snapshot());
    const { instance } = reporter;
    if (instance === undefined) return NOBODY;
    const asking = new Map([...this.#taps].filter(([, { asked }]) => asked.has(instance)));
    if (asking.size === 0) return NOBODY;
    const nowMs = this.#now();
    const moveMs = BigInt(Math.round(moveOf({ sentAtMs: message.sentAtMs, foldedAtMs: message.sentAtMs }, nowMs)));
    const taken = this.#rows.take(instance, message.requests.length, nowMs);
    this.#messages += 1;
    const origin = { report: `${this.#run} ${this.#messages}`, revisionAt };
    message.requests.forEach((shown, index) => {
      const taps = [...new Set(shown.taps.slice(0, TAPS_OF_ROW_MAX))].flatMap((id) => asking.get(id) ?? []);
      if (index < taken) this.#show(shown, taps, { reporter, instance, nowMs, moveMs, origin, index });
      else for (const tap of taps) tap.overRate += 1;
    });
    for (const { tap, requests } of message.leftOut.slice(0, TAPS_OF_ROW_MAX)) {
      const asked = asking.get(tap);
      if (asked !== undefined) asked.overRate += Math.min(Number(requests), 1_000_000_000);
    }
    for (const { problems, ask } of asking.values()) {
      if (message.headersProblem === "" || !ask.wantsHeaders) problems.delete(instance);
      else problems.set(instance, plainText(message.headersProblem, PROBLEM_CHARS_MAX));
    }
    return { isWanted: true };
  }

  #show(
    { request, headers }: ShownRequest,
    taps: readonly OpenTap[],
    of: {
      readonly reporter: Reporter;
      readonly instance: string;
      readonly nowMs: number;
      readonly moveMs: bigint;
      readonly origin: Parameters<typeof readSample>[2];
      readonly index: number;
    },
  ): void {
    if (request === undefined || taps.length === 0) return;
    const moved = { ...request, startMs: request.startMs + of.moveMs, weight: 1 };
    const stamped = takeSample(moved, of.reporter, of.nowMs);
    if (typeof stamped === "string") return;
    const row = readSample(stamped, of.index, of.origin);
    for (const { matches, queue, ask } of taps)
      if (matches(row))
        queue.push(
          { ...row, headers: ask.wantsHeaders ? readTappedHeaders(headers, this.#redact()) : null },
          of.instance,
        );
  }

  /** By the list as it is now: an open tap hears of a change too. */
  #redact(): Redact {
    const redacted = this.#options.redacted();
    const names = redacted.join("\n");
    if (this.#redaction?.names !== names) this.#redaction = { names, redact: compileRedaction(redacted) };
    return this.#redaction.redact;
  }

  #open(ask: TapAsk): OpenTap {
    const own = [...this.#taps.values()].filter((tap) => tap.ask.user === ask.user).length;
    const { perUser, inSum } = TAPS_MAX;
    if (own >= perUser || this.#taps.size >= inSum)
      throw new PharosError(
        "exhausted",
        `${own} taps of ${ask.user} are open, and ${this.#taps.size} in all: at most ${perUser} and ${inSum} may be`,
        { hint: "close pages and commands that show live requests" },
      );
    const { conditions, errors } = parseRequestFilter(ask.filter);
    this.#lastId += 1;
    const tap: OpenTap = {
      id: `t${this.#lastId}`,
      ask,
      errors,
      matches: compileMatch(conditions),
      endsAtMs: this.#now() + ask.seconds * 1000,
      queue: new TapQueue(),
      // Also of one that nobody reads.
      timer: setTimeout(() => this.#close(tap), ask.seconds * 1000),
      problems: new Map(),
      overRate: 0,
      meant: 0,
      asked: new Set(),
      following: 0,
    };
    tap.timer.unref();
    this.#taps.set(tap.id, tap);
    this.#telling ??= setInterval(() => void this.#tell(), TOLD_EVERY_MS).unref();
    return tap;
  }

  #close(tap: OpenTap): void {
    clearTimeout(tap.timer);
    if (!this.#taps.delete(tap.id)) return;
    tap.queue.wake();
    if (this.#taps.size === 0) {
      clearInterval(this.#telling);
      this.#telling = undefined;
    }
    void this.#tell();
  }

  #newsOf(tap: OpenTap, isOver: boolean): TapNews {
    const { queue, errors, endsAtMs, meant, asked, following, overRate } = tap;
    const rows = queue.take();
    return {
      rows,
      leftOut: { overRate, unread: queue.unread },
      proxies: { meant, asked: asked.size, following },
      headerProblems: Array.from(
        Map.groupBy(tap.problems.values(), (problem) => problem),
        ([problem, all]) => ({
          problem,
          proxies: all.length,
        }),
      ),
      errors,
      endsAtMs,
      isOver,
    };
  }

  /** Asks every agent for what is looked at of its requests now. */
  async #tell(): Promise<void> {
    const orders = this.#orders();
    const hearing = await this.#options.setTaps(orders).catch(() => undefined);
    if (hearing === undefined) return;
    for (const tap of this.#taps.values()) tap.following = hearing.filter((instance) => tap.asked.has(instance)).length;
  }

  #orders(): EncodedOrders {
    const byInstance = new Map<string, { readonly tap: OpenTap; readonly perSecond: number }[]>();
    const all = new Set<string>();
    for (const tap of this.#taps.values()) {
      const meant = this.#meantBy(tap);
      const asked: string[] = [];
      for (const instance of meant) {
        if (asked.length === PROXIES_MAX.perTap) break;
        if (!all.has(instance) && all.size === PROXIES_MAX.inSum) continue;
        all.add(instance);
        asked.push(instance);
      }
      tap.meant = meant.length;
      tap.asked = new Set(asked);
      const perSecond = Math.min(PER_AGENT.max, Math.max(PER_AGENT.min, Math.floor(PER_SECOND / asked.length)));
      for (const instance of asked) byInstance.set(instance, [...(byInstance.get(instance) ?? []), { tap, perSecond }]);
    }
    const redacted = [...this.#options.redacted()];
    return Object.fromEntries(
      Array.from(byInstance, ([instance, taps]) => [
        instance,
        toBinary(
          TapOrdersSchema,
          create(TapOrdersSchema, {
            holdsMs: HOLDS_MS,
            orders: taps.map(({ tap: { id, ask }, perSecond }) => ({
              id,
              filter: ask.filter,
              perSecond,
              wantsHeaders: ask.wantsHeaders,
              redacted: ask.wantsHeaders ? redacted : [],
            })),
          }),
        ),
      ]),
    );
  }

  /** Instances whose proxies may have such requests. */
  #meantBy({ matches }: OpenTap): readonly string[] {
    const snapshot = this.#options.snapshot();
    return snapshot.instances
      .filter((instance) => {
        const reporter = describeReporter(identityOf(instance, snapshot.mesh.trustDomain), instance, snapshot);
        return requestsOfProxy(reporter).some(matches);
      })
      .map(({ namespace, name }) => `${namespace}/${name}`)
      .sort(compareNames);
  }
}
