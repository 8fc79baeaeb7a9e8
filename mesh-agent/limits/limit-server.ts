import { randomUUID } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { limitHeaders, refusalHeaders } from "#core/rate-limit/limit-headers.ts";
import type { StreamEntry, StreamLine } from "#core/rate-limit/stream-entries.ts";
import { REFUSAL_STATUS, UNCOORDINATED_STATUS } from "#core/refusal-status.ts";
import { readDescriptor, readEnd, setOfDescriptor } from "#core/simulate/limits/read-descriptor.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { formatLimitCounts, type LimitCount, type LimitOutcome } from "#core/telemetry/limit-counts.ts";
import { writeLimitRefusal } from "#core/telemetry/limit-refusal.ts";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";
import type { LocalCall } from "#grpc/local-connection.ts";
import { LocalServer } from "#grpc/local-server.ts";
import { decodeLimitRequest, encodeLimitAnswer } from "#mesh-agent/limits/limit-codec.ts";
import type { LimitJournal } from "#mesh-agent/limits/limit-journal.ts";
import type { LimitSets } from "#mesh-agent/limits/limit-sets.ts";
import type { CountedBy, Limiter, Verdict } from "#mesh-agent/limits/limiter.ts";
import { type Ending, Unended } from "#mesh-agent/limits/unended.ts";
import type { Logger } from "#node/log.ts";

/** Envoy asks for limits that it has accepted before the agent hears of that. */
const PATIENCE_MS = 500;

/** Requests that wait for the owner; more are refused. */
const WAITING_MAX = 20_000;
/** Requests whose end is waited for: the oldest of more is charged as it was known before. */
const UNENDED_MAX = 100_000;
const NOTHING_TOLD: ReadonlyMap<string, number> = new Map();
const OK = encodeLimitAnswer({ isAdmitted: true, headers: [], body: "", marks: {} });
const TOO_MANY = encodeLimitAnswer({ isAdmitted: false, headers: [["retry-after", "1"]], body: "", marks: {} });

/** How long nothing may be heard of a request that lasts. Envoy tells of each every few seconds. */
const SILENT_MS = 600_000;
const LOOK_MS = 60_000;
/** How long the last lines of an Envoy that is gone may take until they are read. */
const LAST_LINES_MS = 15_000;

export interface LimitServerOptions {
  readonly sets: LimitSets;
  readonly limiter: Limiter;
  /** Where it stands how far requests have come that may cost more the longer they last. */
  readonly journal: Pick<LimitJournal, "noteStream" | "together">;
  readonly log: Logger;
}

/** Envoy's rate-limit service, over a Unix socket of this host. */
export class LimitServer {
  readonly #options: LimitServerOptions;
  readonly #server: LocalServer;
  readonly #unended = new Unended(randomUUID(), UNENDED_MAX);
  #waiting = 0;
  #isClosing = false;
  #looking: NodeJS.Timeout | undefined;
  /** Requests by `policy rule`. */
  readonly counts: Readonly<Record<LimitOutcome, Map<string, number>>> = {
    admitted: new Map(),
    tried: new Map(),
    refused: new Map(),
    exempt: new Map(),
  };

  constructor(options: LimitServerOptions) {
    this.#options = options;
    options.limiter.onCounted = (counted) => this.#count(counted.rule, outcomeOf(counted));
    this.#server = new LocalServer(
      (request, call) => this.#decide(request, call),
      (error) => options.log.error("a request was not held against its limits", { error: String(error) }),
    );
  }

  async listen(socketPath: string): Promise<void> {
    await this.#server.listen(socketPath);
  }

  close(): Promise<void> {
    // What lasts goes on at its Envoy, and is the next run's.
    this.#isClosing = true;
    clearInterval(this.#looking);
    return this.#server.close();
  }

  /** Before it listens: requests that former runs let through go on, and cost what they would have. */
  resume(streams: Iterable<readonly [id: string, entry: StreamEntry]>): void {
    const { sets, limiter, journal } = this.#options;
    journal.together(() => {
      for (const [id, entry] of streams) {
        // All that it cost is charged; that it is over was heard, and by whom it was to be told was not.
        if (entry.isOver === true) continue;
        const ending = limiter.resume(entry, (key) => sets.ruleOf(key));
        this.#unended.resume(id, ending, Date.now());
        this.#note(id, entry, ending);
      }
    });
    if (this.#unended.hasFormer)
      this.#looking = setInterval(() => {
        this.#unended.forgetFormer(Date.now() - SILENT_MS);
        if (!this.#unended.hasFormer) clearInterval(this.#looking);
      }, LOOK_MS).unref();
  }

  /** What requests cost that count bytes is charged while they last; of a former run's this is how it is known that one has ended. */
  hearStreams(streams: readonly LastingStream[]): void {
    const { journal } = this.#options;
    // At once: of thousands, each with a write of its own, requests that are to be decided would wait for all.
    journal.together(() => {
      for (const { id, status, bytes, hasEnded } of streams)
        if (this.#unended.hear(id, { status, bytes, told: NOTHING_TOLD }, hasEnded, Date.now()))
          // Of one of this run's Envoy tells the end itself: a next run would be told by nobody.
          journal.noteStream({ id, status, bytes, ...(hasEnded ? { isOver: true } : {}) });
    });
  }

  /** Another Envoy runs than before: what the one before it served is over. What its log tells of that is still to be heard. */
  hearEnvoy(): void {
    this.#unended.endFormerPlaces();
    setTimeout(() => this.#unended.forgetFormer(Infinity), LAST_LINES_MS).unref();
  }

  /** At once where nobody has to be asked. */
  #decide(bytes: Uint8Array, call: LocalCall): Uint8Array | Promise<Uint8Array> {
    const { sets } = this.#options;
    const descriptors = decodeLimitRequest(bytes);
    const end = readEnd(descriptors);
    if (end !== undefined) {
      this.#options.journal.together(() => this.#unended.end(end.id, end.ended));
      return OK;
    }
    const entries = descriptors[0]?.entries ?? [];
    const set = setOfDescriptor(entries) ?? "";
    const known = sets.get(set);
    if (known !== undefined) return this.#hold(known, entries, call);
    return sets.find(set, PATIENCE_MS).then((rules) => {
      if (rules === undefined) throw new PharosError("unavailable", `no limits are known by the name "${set}"`);
      return this.#hold(rules, entries, call);
    });
  }

  #hold(
    rules: readonly PreparedLimit[],
    entries: Parameters<typeof readDescriptor>[0],
    call: LocalCall,
  ): Uint8Array | Promise<Uint8Array> {
    if (this.#waiting >= WAITING_MAX) return TOO_MANY;
    let isGone = false;
    call.onHangUp = () => {
      isGone = true;
    };
    const answer = (verdict: Verdict): Uint8Array => {
      call.onHangUp = undefined;
      const { ending, exemptFrom } = verdict;
      for (const rule of exemptFrom) this.#count(rule, "exempt");
      if (ending === undefined) return encodeVerdict(verdict, NOTHING_AWAITED);
      const id = this.#unended.add(ending, call.connection);
      if (ending.costs.length > 0) this.#note(id, { costs: ending.costs }, ending);
      // Whose proxy does not wait for the answer learns no id, and would never say that the request has ended.
      call.onHangUp = () => this.#unended.end(id, undefined);
      if (isGone) this.#unended.end(id, undefined);
      const { id: name, bytes } = ANSWER_METADATA;
      return encodeVerdict(verdict, { [name]: id, ...(ending.isFollowed ? { [bytes]: "told" } : {}) });
    };
    let verdict: Verdict | undefined;
    let later: ((verdict: Verdict) => void) | undefined;
    this.#options.limiter.decide(rules, readDescriptor(entries), (decided) => {
      verdict = decided;
      later?.(decided);
    });
    if (verdict !== undefined) return answer(verdict);
    this.#waiting += 1;
    return new Promise<Verdict>((resolve) => {
      later = resolve;
    }).then((decided) => {
      this.#waiting -= 1;
      return answer(decided);
    });
  }

  /** Writes down that it has begun, and when it ends that it has. */
  #note(id: string, begun: Omit<StreamLine, "id">, ending: Ending): void {
    const { journal } = this.#options;
    journal.noteStream({ id, ...begun });
    ending.add(() => {
      if (!this.#isClosing) journal.noteStream({ id });
    });
  }

  readonly #count = (rule: PreparedLimit, outcome: LimitOutcome): void => {
    const name = `${rule.policy} ${rule.name}`;
    this.counts[outcome].set(name, (this.counts[outcome].get(name) ?? 0) + 1);
  };
}

const nameOf = ({ policy, name }: PreparedLimit): string => `${policy}/${name}`;
const NOTHING_AWAITED: Readonly<Record<string, string>> = {};

/** Envoy answers 429, and its listener what this says instead. */
function statusMark({ rule: { refusedStatus }, because }: CountedBy): Readonly<Record<string, string>> {
  const status = because === "uncoordinated" ? UNCOORDINATED_STATUS : refusedStatus;
  return status === REFUSAL_STATUS ? {} : { [ANSWER_METADATA.status]: String(status) };
}

function outcomeOf({ isAdmitted, isTried = false }: CountedBy): LimitOutcome {
  if (isAdmitted) return "admitted";
  return isTried ? "tried" : "refused";
}

function encodeVerdict(
  { counted, exemptFrom, refusedBy }: Verdict,
  waiting: Readonly<Record<string, string>>,
): Uint8Array {
  const counts: LimitCount[] = [];
  for (const each of counted) counts.push({ rule: nameOf(each.rule), outcome: outcomeOf(each) });
  for (const rule of exemptFrom) counts.push({ rule: nameOf(rule), outcome: "exempt" });
  if (refusedBy === undefined) {
    const headers = limitHeaders(counted.some(isTried) ? counted.filter((each) => !isTried(each)) : counted);
    const marks = counts.length === 0 ? waiting : { counted: formatLimitCounts(counts), ...waiting };
    return encodeLimitAnswer({ isAdmitted: true, headers, body: "", marks });
  }
  const { rule, because } = refusedBy;
  const told = counts.length === 0 ? {} : { counted: formatLimitCounts(counts) };
  return encodeLimitAnswer({
    isAdmitted: false,
    headers: refusalHeaders(refusedBy, rule.refusedHeaders),
    body: because === "uncoordinated" ? "" : rule.refusedBody,
    marks: { rule: writeLimitRefusal(nameOf(rule), because), ...statusMark(refusedBy), ...told, ...waiting },
  });
}

const isTried = (each: CountedBy): boolean => each.isTried === true;
