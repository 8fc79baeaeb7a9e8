import type { Kind } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import {
  type ChangeOf,
  type Concern,
  type ConcernContext,
  type ConcernInput,
  type Concerning,
  NOT_CONCERNED,
  type ResourceChange,
} from "#core/traffic/concern.ts";
import type { ConcernedCaller, ConcernedTraffic } from "#core/traffic/concerned-traffic.ts";
import { type CountedTraffic, countTraffic } from "#core/traffic/counted-traffic.ts";
import { lookUpConcerned } from "#core/traffic/look-up-concerned.ts";

const CALLERS_MAX = 20;
/** Of more documents at once nobody asks which requests each is about. */
const CHANGES_MAX = 200;

/**
 * The measured traffic that changes bear on: of policies the requests that they allow or deny, of mTLS those that come in
 * another way than will be taken, of routing those to its hosts. Each request counts once. Null where nothing at all was
 * measured, and for more than 200 changes at once.
 */
export function findConcerned(input: ConcernInput): ConcernedTraffic | null {
  if (input.changes.length > CHANGES_MAX) return null;
  const counted = countTraffic(input.rows);
  if (counted.length === 0) return null;
  const context = { ...input, ...lookUpConcerned(input) };
  const concerning = input.changes.flatMap((change) => concerningOf(change, context));
  const callers = new Map<string, ConcernedCaller>();
  let [requests, plaintext, isUpperBound] = [0, 0, false];
  for (const traffic of counted) {
    const concern = concerning.reduce<Concern>((most, { of }) => {
      const own = most.share === 1 && !most.isUpperBound ? most : of(traffic);
      return own.share > most.share || (own.share === most.share && !own.isUpperBound) ? own : most;
    }, NOT_CONCERNED);
    if (concern.share === 0) continue;
    const rate = (traffic.count * concern.share) / input.seconds;
    requests += rate;
    if (traffic.isPlain) plaintext += rate;
    isUpperBound ||= concern.isUpperBound;
    addCaller(callers, traffic, rate);
  }
  return {
    requestsPerSecond: requests,
    plaintextPerSecond: plaintext,
    isUpperBound,
    basis: [...new Set(concerning.map(({ basis }) => basis))],
    limits: concerning.flatMap(({ replayed }) => replayed ?? []),
    callers: [...callers.values()]
      .sort((a, b) => b.requestsPerSecond - a.requestsPerSecond || (a.caller < b.caller ? -1 : 1))
      .slice(0, CALLERS_MAX),
  };
}

/** A change keeps its kind: the kind is in the ref. */
export function concerningOf(change: ResourceChange, context: ConcernContext): Concerning[] {
  const kind = (change.after ?? change.before)?.kind;
  return kind === undefined ? [] : [concernOf(kind, change, context)];
}

function concernOf<K extends Kind>(kind: K, change: ResourceChange, context: ConcernContext): Concerning {
  return relationsOf(kind).concern(change as unknown as ChangeOf<K>, context);
}

function addCaller(callers: Map<string, ConcernedCaller>, traffic: CountedTraffic, rate: number): void {
  const { key, caller, isPlain, isRefused } = traffic;
  const called = traffic.called === "unknown" ? key.destinationService : traffic.called;
  const name = `${caller}>${called}`;
  const known = callers.get(name);
  const addresses = known?.addresses ?? [];
  callers.set(name, {
    caller,
    called,
    requestsPerSecond: (known?.requestsPerSecond ?? 0) + rate,
    plaintextPerSecond: (known?.plaintextPerSecond ?? 0) + (isPlain ? rate : 0),
    refusedPerSecond: (known?.refusedPerSecond ?? 0) + (isRefused ? rate : 0),
    addresses:
      key.sourceAddress === "" || addresses.includes(key.sourceAddress) ? addresses : [...addresses, key.sourceAddress],
  });
}
