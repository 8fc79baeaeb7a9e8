import { Tally } from "#core/graph/tally.ts";
import type { TrafficKey, TrafficRow } from "#core/telemetry/traffic.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";

/** One end of traffic. */
export interface End {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
}

/** All traffic of one protocol from one workload to another, counted once though both ends report it. */
export interface Pair {
  readonly source: End;
  readonly destination: End;
  /** Host that most of the requests were for. */
  readonly service: string;
  readonly protocol: TrafficKey["protocol"];
  readonly fromGateway: boolean;
  readonly tally: Tally;
}

interface OpenPair {
  readonly source: End;
  readonly destination: End;
  readonly protocol: TrafficKey["protocol"];
  fromGateway: boolean;
  readonly bySource: Tally;
  readonly byDestination: Tally;
  readonly services: Map<string, number>;
}

/**
 * Joins what both ends told. The caller's end decides rate and latency, as it saw what the application saw; the called
 * end speaks for callers that report nothing, and names the policies that refused.
 */
export function mergeReporters(rows: readonly TrafficRow[]): Pair[] {
  const callers = callersByPrincipal(rows);
  const pairs = new Map<string, OpenPair>();
  for (const row of rows) {
    const { key } = row;
    const source = sourceOf(key, callers);
    const destination: End = {
      workload: key.destinationWorkload,
      namespace: key.destinationNamespace,
      app: key.destinationApp,
      version: key.destinationVersion,
    };
    const to =
      destination.workload === UNKNOWN
        ? `?${key.destinationService}`
        : `${destination.namespace}/${destination.workload}`;
    const name = `${source.namespace}/${source.workload}>${to}>${key.protocol}`;
    let pair = pairs.get(name);
    if (pair === undefined) {
      pair = {
        source,
        destination,
        protocol: key.protocol,
        fromGateway: false,
        bySource: new Tally(),
        byDestination: new Tally(),
        services: new Map(),
      };
      pairs.set(name, pair);
    }
    pair.fromGateway ||= key.fromGateway;
    (key.reporter === "source" ? pair.bySource : pair.byDestination).addRow(row);
    if (key.destinationService !== UNKNOWN)
      pair.services.set(key.destinationService, (pair.services.get(key.destinationService) ?? 0) + row.count);
  }
  return [...pairs.values()].map(closePair);
}

function closePair({ bySource, byDestination, services, ...pair }: OpenPair): Pair {
  const tally = bySource.count > 0 ? bySource : byDestination;
  if (tally === bySource) {
    tally.addDenials(byDestination.outcomes.denied, byDestination.deniedBy);
    for (const principal of byDestination.destinationPrincipals) tally.destinationPrincipals.add(principal);
    if (tally.secured + tally.plain === 0) {
      tally.secured = byDestination.secured;
      tally.plain = byDestination.plain;
    }
  }
  const service = [...services].sort((a, b) => b[1] - a[1])[0]?.[0] ?? UNKNOWN;
  return { ...pair, service, tally };
}

function callersByPrincipal(rows: readonly TrafficRow[]): ReadonlyMap<string, ReadonlyMap<string, End>> {
  const callers = new Map<string, Map<string, End>>();
  for (const { key } of rows) {
    if (key.reporter !== "source" || key.sourcePrincipal === UNKNOWN) continue;
    const ends = callers.get(key.sourcePrincipal) ?? new Map<string, End>();
    callers.set(key.sourcePrincipal, ends);
    ends.set(`${key.sourceNamespace}/${key.sourceWorkload}`, {
      workload: key.sourceWorkload,
      namespace: key.sourceNamespace,
      app: key.sourceApp,
      version: key.sourceVersion,
    });
  }
  return callers;
}

/** A caller that the called end knows by its certificate only is the one workload with that identity, or named by its account. */
function sourceOf(key: TrafficKey, callers: ReadonlyMap<string, ReadonlyMap<string, End>>): End {
  const named: End = {
    workload: key.sourceWorkload,
    namespace: key.sourceNamespace,
    app: key.sourceApp,
    version: key.sourceVersion,
  };
  if (key.sourceWorkload !== UNKNOWN || key.sourcePrincipal === UNKNOWN) return named;
  const ends = callers.get(key.sourcePrincipal);
  const only = ends?.size === 1 ? [...ends.values()][0] : undefined;
  if (only !== undefined) return only;
  const account = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(key.sourcePrincipal);
  return account === null
    ? named
    : { workload: account[2] ?? UNKNOWN, namespace: account[1] ?? UNKNOWN, app: UNKNOWN, version: UNKNOWN };
}
