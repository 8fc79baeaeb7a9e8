import { assertNever } from "#core/brand.ts";
import { appended } from "#core/graph/appended.ts";
import { type Belief, believedShares, type IsLive } from "#core/graph/believed-shares.ts";
import { joinRefused } from "#core/graph/join-refused.ts";
import { joinStrangers } from "#core/graph/join-strangers.ts";
import { Tally } from "#core/graph/tally.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { pairBetween, pairOf, scaleRow, type TrafficRow } from "#core/telemetry/traffic.ts";

/** One end of traffic. */
export interface End {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
}

/** All traffic of one protocol from one workload to one service of another, counted once though both ends report it. */
export interface Pair {
  readonly source: End;
  readonly destination: End;
  /** Host that the requests were for. */
  readonly service: string;
  readonly protocol: TrafficKey["protocol"];
  readonly fromGateway: boolean;
  /** What both ends told: the tally is made of these. */
  readonly rows: readonly TrafficRow[];
  readonly tally: Tally;
  /** What of it is believed of the destination: the same tally where all is. */
  readonly believed: Tally;
}

interface OpenPair {
  readonly source: End;
  readonly destination: End;
  readonly protocol: TrafficKey["protocol"];
  fromGateway: boolean;
  /** The caller's rows, or the called end's where the caller tells nothing. */
  counted: readonly TrafficRow[];
  /** What the called end tells beside the caller. */
  beside: readonly TrafficRow[];
  /** What the called end tells of copies. */
  copies: readonly TrafficRow[];
}

/** Callers by identity: their workloads, by `namespace/workload`. */
type Callers = ReadonlyMap<string, ReadonlyMap<string, End>>;

/**
 * Joins what both ends told. The caller's end decides rate and latency, as it saw what the application saw; the called
 * end speaks for callers that report nothing, and names the policies that refused. What is believed follows from all rows of a time:
 * of a part of them `beliefIn` says it.
 */
export function mergeReporters(
  rows: readonly TrafficRow[],
  isLive?: IsLive,
  beliefIn: (row: TrafficRow) => Belief = believedShares(rows, isLive),
): Pair[] {
  const callers = rows.some(({ key }) => isUnnamed(key)) ? callersByPrincipal(rows) : new Map();
  const pairs = new Map<string, OpenPair>();
  for (const row of joinStrangers(joinRefused(rows))) {
    const { key } = row;
    const source = isUnnamed(key) ? nameCaller(key, callers) : undefined;
    const name =
      source === undefined
        ? (row.names?.pair ?? pairOf(key))
        : pairBetween(`${source.namespace}/${source.workload}`, key);
    let pair = pairs.get(name);
    if (pair === undefined) {
      pair = openPair(key, source);
      pairs.set(name, pair);
    }
    pair.fromGateway ||= key.fromGateway;
    addTo(pair, row);
  }
  return [...pairs.values()].flatMap((pair) => closePair(pair, beliefIn));
}

function addTo(pair: OpenPair, row: TrafficRow): void {
  switch (row.key.reporter) {
    case "source":
      pair.counted = appended(pair.counted, row);
      return;
    case "destination":
      pair.beside = appended(pair.beside, row);
      return;
    case "mirror":
      pair.copies = appended(pair.copies, row);
      return;
    default:
      assertNever(row.key.reporter);
  }
}

function openPair(key: TrafficKey, source: End | undefined): OpenPair {
  return {
    source: source ?? {
      workload: key.sourceWorkload,
      namespace: key.sourceNamespace,
      app: key.sourceApp,
      version: key.sourceVersion,
    },
    destination: {
      workload: key.destinationWorkload,
      namespace: key.destinationNamespace,
      app: key.destinationApp,
      version: key.destinationVersion,
    },
    protocol: key.protocol,
    fromGateway: false,
    counted: [],
    beside: [],
    copies: [],
  };
}

/**
 * One pair for each service that was asked for. What the called end tells beside the caller is of the service it names;
 * where no caller asked for that by this name (an alias, a port that several services share) of the one most called.
 */
function closePair(open: OpenPair, beliefIn: (row: TrafficRow) => Belief): Pair[] {
  const { counted, beside, copies } = open;
  const told = counted.length > 0 ? counted : beside;
  const others = counted.length > 0 ? beside : [];
  const first = (told[0] ?? copies[0])?.key.destinationService ?? UNKNOWN;
  // Nearly every pair: there is no name to choose.
  if (told.every(({ key }) => key.destinationService === first))
    return [closeService(open, first, { own: told, others, mirrored: copies }, beliefIn)];
  const byService = Map.groupBy(told, ({ key }) => key.destinationService);
  const main = [...byService].reduce<{ service: string; count: number }>(
    (most, [service, rows]) => {
      const count = rows.reduce((sum, row) => sum + row.count, 0);
      return count > most.count && service !== UNKNOWN ? { service, count } : most;
    },
    { service: first, count: -1 },
  ).service;
  const nameOf = ({ key }: TrafficRow): string =>
    byService.has(key.destinationService) ? key.destinationService : main;
  const [othersOf, copiesOf] = [Map.groupBy(others, nameOf), Map.groupBy(copies, nameOf)];
  return [...byService].map(([service, own]) =>
    closeService(
      open,
      service,
      { own, others: othersOf.get(service) ?? [], mirrored: copiesOf.get(service) ?? [] },
      beliefIn,
    ),
  );
}

/** What is told of one service of a pair. */
interface Told {
  readonly own: readonly TrafficRow[];
  readonly others: readonly TrafficRow[];
  readonly mirrored: readonly TrafficRow[];
}

function closeService(
  { source, destination, protocol, fromGateway }: OpenPair,
  service: string,
  { own, others, mirrored }: Told,
  beliefIn: (row: TrafficRow) => Belief,
): Pair {
  const tally = sum(own, others, mirrored);
  const rows = [...own, ...others, ...mirrored];
  let isAllBelieved = true;
  for (const row of own) {
    const { share, asTold, unseen } = beliefIn(row);
    tally.unseen += row.count * unseen;
    isAllBelieved &&= share === 1 && asTold === 1;
  }
  let believed = tally;
  if (!isAllBelieved) {
    believed = sum(
      own.flatMap((row) => believe(row, beliefIn(row))),
      others,
      mirrored,
    );
    believed.addBlocked(tally);
    for (const row of own) believed.unseen += row.count * beliefIn(row).unseenBelieved;
  }
  return { source, destination, service, protocol, fromGateway, rows, tally, believed };
}

/** What is believed of a row: as it was told, and as it went by the called end's word. */
function believe(row: TrafficRow, { share, asTold }: Belief): TrafficRow[] {
  if (share === 0) return [];
  if (asTold === 1) return [scaleRow(row, share)];
  const { names: _, ...rest } = row;
  const well = { ...rest, key: { ...row.key, responseCode: 200, grpcStatus: "", deniedBy: "" } };
  return [scaleRow(row, share * asTold), scaleRow(well, share * (1 - asTold))];
}

function sum(own: readonly TrafficRow[], others: readonly TrafficRow[], mirrored: readonly TrafficRow[]): Tally {
  const tally = new Tally();
  for (const row of own) tally.addRow(row);
  const isSecurityKnown = tally.secured + tally.plain > 0;
  for (const row of others) tally.addBeside(row, isSecurityKnown);
  for (const { count } of mirrored) tally.mirrored += count;
  return tally;
}

/** The called end knows the caller by its certificate only. */
function isUnnamed(key: TrafficKey): boolean {
  return key.sourceWorkload === UNKNOWN && key.sourcePrincipal !== UNKNOWN;
}

function callersByPrincipal(rows: readonly TrafficRow[]): Callers {
  const callers = new Map<string, Map<string, End>>();
  for (const { key } of rows) {
    if (key.reporter !== "source" || key.sourcePrincipal === UNKNOWN || key.sourceWorkload === UNKNOWN) continue;
    const ends = callers.get(key.sourcePrincipal) ?? new Map<string, End>();
    callers.set(key.sourcePrincipal, ends);
    ends.set(`${key.sourceNamespace}/${key.sourceWorkload}`, openPair(key, undefined).source);
  }
  return callers;
}

/** The one workload that reports under this identity; where there are several or none, the identity's account. */
function nameCaller(key: TrafficKey, callers: Callers): End {
  const ends = callers.get(key.sourcePrincipal);
  const only = ends?.size === 1 ? [...ends.values()][0] : undefined;
  if (only !== undefined) return only;
  const account = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(key.sourcePrincipal);
  return {
    workload: account?.[2] ?? UNKNOWN,
    namespace: account?.[1] ?? UNKNOWN,
    app: UNKNOWN,
    version: UNKNOWN,
  };
}
