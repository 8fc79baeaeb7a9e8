import { UNKNOWN } from "#core/model/workload-label.ts";
import { isOwnAnswer } from "#core/telemetry/own-answer.ts";
import { calledEnds, outcomeOf, type TrafficRow } from "#core/telemetry/traffic.ts";

/** What is believed of a called end of what one of its callers tells; shares are from 0 to 1. */
export interface Belief {
  /** Of the requests. */
  readonly share: number;
  /** Of these, those that ended as their caller says; the rest went well. */
  readonly asTold: number;
  /** Of all that is told, what the called end has not seen though it is there to report: its caller alone tells of it. */
  readonly unseen: number;
  /** As much of that as is believed. */
  readonly unseenBelieved: number;
}

/** Whether a called end (a service's host, or `namespace/workload`) has a proxy in the mesh that would tell of its requests. */
export type IsLive = (end: string) => boolean;

const BELIEVED: Belief = { share: 1, asTold: 1, unseen: 0, unseenBelieved: 0 };
/** Turned down by the caller's own proxy: told of the called end, and no part of its figures. */
const NEVER_LEFT: Belief = { share: 0, asTold: 1, unseen: 1, unseenBelieved: 1 };
/**
 * What the called end has not seen may be told of it once more for each request that it has: that is a proxy that finds no instance, or
 * breaks the circuit, beside calls that come through.
 */
const UNSEEN_PER_SEEN = 1;

/** Requests of one caller at one called end. */
interface Sums {
  all: number;
  /** Of a caller: those that Envoy ended before an answer came. Of a called end: those of which it knows no outcome. */
  unanswered: number;
  /** Answers other than well. */
  bad: number;
}

/** What both sides tell of one called end, by its callers' identities. */
interface Reports {
  isSeen: boolean;
  readonly byCaller: Map<string, { seen: Sums | undefined; told: Sums | undefined }>;
}

/**
 * Bounds what one caller can say of another's service. Where the called end reports, it has seen each request that reached it, with its
 * caller's certificate: how they ended is its word, and what a caller tells beyond that is the caller's own trouble and stays on its edge.
 * An answer from a called end that is there to report and saw nothing is none. Where nobody would tell (it is down, or outside of the
 * mesh) its callers are believed, as they are of requests that never came to one that is there and idle: only they can know.
 */
export function believedShares(rows: readonly TrafficRow[], isLive: IsLive = () => false): (row: TrafficRow) => Belief {
  const byEnd = new Map<string, Reports>();
  for (const row of rows) {
    if (row.key.reporter === "mirror" || isOwnAnswer(row.key.deniedBy)) continue;
    for (const end of endsOf(row)) add(byEnd, end, row);
  }
  return (row) => {
    // A row of no requests has nothing to be believed, and no share: whoever tells of one would make every figure none.
    if (row.key.reporter !== "source" || row.count === 0) return BELIEVED;
    if (isOwnAnswer(row.key.deniedBy)) return NEVER_LEFT;
    const { sourcePrincipal } = row.key;
    const isUnanswered = endedByProxy(row);
    let [share, bad, unseen] = [1, 1, 0];
    const ends = endsOf(row);
    let isSeen = false;
    for (const end of ends) {
      const reports = byEnd.get(end);
      if (reports === undefined || !reports.isSeen) continue;
      isSeen = true;
      const caller = reports.byCaller.get(sourcePrincipal);
      // Callers in plain text show the called end no certificate.
      const own = sum(caller?.seen, reports.byCaller.get(UNKNOWN)?.seen);
      const said = caller?.told ?? { all: 1, unanswered: 1, bad: 1 };
      const most = own.all * (1 + UNSEEN_PER_SEEN);
      share = Math.min(share, most / said.all);
      if (isUnanswered) unseen = Math.max(unseen, Math.min(1, (said.all - own.all) / said.unanswered));
      if (isUnanswered) share = Math.min(share, (own.all * UNSEEN_PER_SEEN) / said.unanswered);
      else if (isBad(row)) bad = Math.min(bad, (own.bad + own.unanswered) / said.bad);
    }
    // A workload that cannot tell for which of its services a request was is known by its own name.
    if (!isSeen && ends.some(isLive)) {
      unseen = 1;
      if (!isUnanswered) share = 0;
    }
    if (share === 1 && bad === 1 && unseen === 0) return BELIEVED;
    return {
      share,
      asTold: share === 0 ? 1 : Math.min(1, bad / share),
      unseen: isUnanswered ? unseen : 1 - share,
      unseenBelieved: isUnanswered ? Math.min(share, unseen) : 0,
    };
  };
}

function endsOf({ names, key }: TrafficRow): readonly string[] {
  return names?.ends ?? calledEnds(key);
}

/** Envoy gives a flag to what it ended itself, and these to what it delayed or sent again before the called end answered. */
const ANSWERED_FLAGS: ReadonlySet<string> = new Set(["-", "DI", "URX"]);

function endedByProxy({ key }: TrafficRow): boolean {
  const isAnswered =
    key.responseFlags === "-" || key.responseFlags.split(",").every((flag) => ANSWERED_FLAGS.has(flag));
  return !isAnswered || (key.protocol !== "tcp" && key.responseCode === 0);
}

function isBad({ key }: TrafficRow): boolean {
  return outcomeOf(key) !== "ok";
}

function add(byEnd: Map<string, Reports>, end: string, row: TrafficRow): void {
  let reports = byEnd.get(end);
  if (reports === undefined) {
    reports = { isSeen: false, byCaller: new Map() };
    byEnd.set(end, reports);
  }
  const { reporter, sourcePrincipal, protocol } = row.key;
  let caller = reports.byCaller.get(sourcePrincipal);
  if (caller === undefined) {
    caller = { seen: undefined, told: undefined };
    reports.byCaller.set(sourcePrincipal, caller);
  }
  const isTold = reporter === "source";
  if (!isTold) reports.isSeen = true;
  const side = isTold ? "told" : "seen";
  caller[side] ??= { all: 0, unanswered: 0, bad: 0 };
  const sums = caller[side];
  sums.all += row.count;
  if (isTold ? endedByProxy(row) : protocol === "tcp") sums.unanswered += row.count;
  else if (isBad(row)) sums.bad += row.count;
}

function sum(a: Sums | undefined, b: Sums | undefined): Sums {
  if (a !== undefined && b === undefined) return a;
  return {
    all: (a?.all ?? 0) + (b?.all ?? 0),
    unanswered: (a?.unanswered ?? 0) + (b?.unanswered ?? 0),
    bad: (a?.bad ?? 0) + (b?.bad ?? 0),
  };
}
