import type { IsLive } from "#core/graph/believed-shares.ts";
import type { Graph, GraphEdge, GraphNode, GraphView, Health } from "#core/graph/graph.ts";
import { judgeHealth, worseHealth } from "#core/graph/health.ts";
import { mergeReporters, type Pair } from "#core/graph/merge-reporters.ts";
import { type NodeIdentity, NodeNamer } from "#core/graph/node-of.ts";
import { Tally } from "#core/graph/tally.ts";
import {
  byDefault,
  DEFAULT_TOLERANCES,
  type Tolerance,
  type TolerancesOf,
  tolerancesFor,
} from "#core/graph/tolerance.ts";
import { whyUnseen } from "#core/graph/why-unseen.ts";
import type { HealthSubject } from "#core/resolve/health-tolerances.ts";
import { nameDenial, nameDenials } from "#core/telemetry/denied-by.ts";
import { quantilesOf } from "#core/telemetry/quantile.ts";
import { isRefusedByGateway } from "#core/telemetry/refused-connection.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";

export interface GraphInput {
  readonly view: GraphView;
  readonly startMs: number;
  readonly endMs: number;
  /** From when on there was a mesh to count in: rates are over the time since, not over time before it. */
  readonly measuredFromMs?: number;
  readonly rows: readonly TrafficRow[];
  readonly gaps: Graph["gaps"];
  /** Which called ends are there to report; absent: those that did. */
  readonly isLive?: IsLive | undefined;
  /** By what health is judged; absent: the defaults. */
  readonly tolerances?: TolerancesOf | undefined;
  /** Edges that touch none of these are left out; absent: all. */
  readonly namespaces?: readonly string[] | undefined;
}

interface OpenEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly protocol: Pair["protocol"];
  tally: Tally;
  /** What of it is believed of the target: the same tally where all is. */
  believed: Tally;
  /** The sums are the edge's own: no pair's. */
  isOwn: boolean;
}

interface OpenGraph {
  readonly nodes: ReadonlyMap<string, NodeIdentity>;
  readonly edges: readonly OpenEdge[];
}

/** The graph of what was counted between `startMs` and `endMs`. Order is stable: nodes by id, edges by their nodes. */
export function buildGraph(input: GraphInput): Graph {
  const { view, startMs, endMs } = input;
  const seconds = Math.max(1, (endMs - Math.max(startMs, input.measuredFromMs ?? startMs)) / 1000);
  const pairs = mergeReporters(input.rows, input.isLive);
  // Nobody else has these pairs.
  const { nodes, edges } = openGraph(view, pairs, { isTaken: true, namespaces: input.namespaces });
  const tolerances = input.tolerances ?? byDefault;
  const ordered = buildNodes(nodes, edges, seconds, tolerances).sort((a, b) => compare(a.id, b.id));
  const rank = new Map(ordered.map(({ id }, index) => [id, index]));
  // Looked up once an edge, not once a comparison.
  const placed = edges.map((edge) => ({
    edge,
    place: (rank.get(edge.source) ?? 0) * ordered.length + (rank.get(edge.target) ?? 0),
  }));
  return {
    view,
    startMs,
    endMs,
    nodes: ordered,
    edges: placed
      .sort((a, b) => a.place - b.place || compare(a.edge.protocol, b.edge.protocol))
      .map(({ edge }) =>
        buildEdge(edge, seconds, edgeTolerances(nodes.get(edge.source), nodes.get(edge.target), tolerances)),
      ),
    gaps: input.gaps,
  };
}

/** Nodes of a view as `buildGraph` has them, in no order, of pairs that are left as they are. */
export function judgeNodes(
  view: GraphView,
  pairs: readonly Pair[],
  { seconds, tolerances = byDefault }: { readonly seconds: number; readonly tolerances?: TolerancesOf | undefined },
): readonly GraphNode[] {
  const { nodes, edges } = openGraph(view, pairs, { isTaken: false });
  return buildNodes(nodes, edges, seconds, tolerances);
}

function openGraph(
  view: GraphView,
  pairs: readonly Pair[],
  { isTaken, namespaces }: { readonly isTaken: boolean; readonly namespaces?: GraphInput["namespaces"] },
): OpenGraph {
  const namer = new NodeNamer(view, pairs);
  const nodes = new Map<string, NodeIdentity>();
  const edges = new Map<string, OpenEdge>();
  for (const pair of pairs) {
    const source = namer.source(pair);
    const target = namer.target(pair);
    if (!isWanted(namespaces, source, target)) continue;
    nodes.set(source.id, source);
    nodes.set(target.id, target);
    const id = `${source.id}>${target.id}>${pair.protocol}`;
    const edge = edges.get(id);
    // The pair's sums become the edge's: in most views an edge is one pair.
    if (edge === undefined) edges.set(id, openEdge(id, source.id, target.id, pair, isTaken));
    else addPair(edge, pair);
  }
  return { nodes, edges: [...edges.values()] };
}

function openEdge(id: string, source: string, target: string, pair: Pair, isOwn: boolean): OpenEdge {
  const { protocol, tally, believed } = pair;
  return { id, source, target, protocol, tally, believed, isOwn };
}

function addPair(edge: OpenEdge, { tally, believed }: Pair): void {
  if (!edge.isOwn) {
    const own = copyOf(edge.tally);
    edge.believed = edge.believed === edge.tally ? own : copyOf(edge.believed);
    edge.tally = own;
    edge.isOwn = true;
  }
  if (edge.believed === edge.tally && believed !== tally) {
    edge.believed = copyOf(edge.tally);
  }
  if (edge.believed !== edge.tally) edge.believed.add(believed);
  edge.tally.add(tally);
}

function copyOf(tally: Tally): Tally {
  const copy = new Tally();
  copy.add(tally);
  return copy;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isWanted(namespaces: readonly string[] | undefined, source: NodeIdentity, target: NodeIdentity): boolean {
  return (
    namespaces === undefined ||
    namespaces.length === 0 ||
    namespaces.includes(source.namespace) ||
    namespaces.includes(target.namespace)
  );
}

/** Health of a tally's traffic; that only callers tell of some of it is said of who is called, not of the callers' own edges. */
export function judgeTally(
  tally: Tally,
  seconds: number,
  tolerances: readonly Tolerance[] = DEFAULT_TOLERANCES,
  unseen: number = tally.unseen,
): Health {
  const { count: requests, connections: tcp, grpc, answers, ownAnswers } = tally;
  return judgeHealth(
    {
      ...{ requests, seconds, answers, unseen, ownAnswers },
      byProtocol: { http: requests - tcp - grpc, grpc, tcp },
      deniedBy: tally.deniedBy.length === 0 ? [] : tally.deniedBy.map(nameDenial).sort(),
      blocked: Math.min(unseen, tally.blocked),
      unit: requests > 0 && tcp === requests ? "connections" : "requests",
    },
    tolerances,
  );
}

/** Whose tolerances hold for a node; nobody's for what is not known. */
export function subjectOf({ kind, namespace, name, workload, service }: NodeIdentity): HealthSubject | undefined {
  if (service !== undefined) return { kind: "service", namespace, name: service };
  if (workload !== undefined) return { kind: "workload", namespace, name: workload };
  return kind === "app" ? { kind, namespace, name } : undefined;
}

/** What its caller tolerates of its calls, and what the called end tolerates of what comes in. */
function edgeTolerances(
  source: NodeIdentity | undefined,
  target: NodeIdentity | undefined,
  of: TolerancesOf,
): readonly Tolerance[] {
  if (of === byDefault) return DEFAULT_TOLERANCES;
  const ofEnd = (end: NodeIdentity | undefined): readonly Tolerance[] => {
    const subject = end === undefined ? undefined : subjectOf(end);
    return subject === undefined ? DEFAULT_TOLERANCES : of(subject);
  };
  const outbound = tolerancesFor(ofEnd(source), "outbound", false);
  const inbound = tolerancesFor(ofEnd(target), "inbound", false);
  return outbound.length === 0 ? inbound : [...new Set([...inbound, ...outbound])];
}

function buildEdge(
  { id, source, target, protocol, tally }: OpenEdge,
  seconds: number,
  tolerances: readonly Tolerance[],
): GraphEdge {
  const known = tally.secured + tally.plain;
  const [p50Ms = null, p95Ms = null, p99Ms = null] = quantilesOf(tally.durations, [0.5, 0.95, 0.99]);
  const edge: GraphEdge = {
    id,
    source,
    target,
    protocol,
    requestsPerSecond: tally.count / seconds,
    errorPercent: tally.errorPercent,
    p50Ms,
    p95Ms,
    p99Ms,
    mtlsPercent: known === 0 ? null : (tally.secured / known) * 100,
    health: judgeTally(tally, seconds, tolerances, 0),
    responses: responsesOf(tally, seconds),
    deniedBy: tally.deniedBy.length === 0 ? [] : [...new Set(tally.deniedBy.flatMap(nameDenials))].sort(),
    bytesPerSecond: (tally.requestBytes + tally.responseBytes) / seconds,
    requestBytesPerSecond: tally.requestBytes / seconds,
    destinationServices: sorted(tally.services),
    sourcePrincipals: sorted(tally.sourcePrincipals),
    destinationPrincipals: sorted(tally.destinationPrincipals),
  };
  return isPlain(tally) ? edge : { ...edge, ...rarely(tally, seconds) };
}

/** An edge has one or two, of one host each: lists and maps for each cost more than what they hold. */
function responsesOf({ responses }: Tally, seconds: number): GraphEdge["responses"] {
  const told = responses.map(({ code, flags, grpcStatus, hosts, count }) => {
    const requestsPerSecond = count / seconds;
    const byHost: Record<string, number> = {};
    for (const { host, count: requests } of hosts) byHost[host] = requests / seconds;
    return grpcStatus === ""
      ? { code, flags, requestsPerSecond, hosts: byHost }
      : { code, flags, requestsPerSecond, grpcStatus, hosts: byHost };
  });
  return told.length < 2 ? told : told.sort((a, b) => b.requestsPerSecond - a.requestsPerSecond);
}

function sorted(list: readonly string[]): readonly string[] {
  return list.length < 2 ? list : list.toSorted();
}

function isPlain({ unseen, mirrored, sourceAddresses }: Tally): boolean {
  return unseen === 0 && mirrored === 0 && sourceAddresses.length === 0;
}

/** What few edges have. */
function rarely(tally: Tally, seconds: number): Partial<GraphEdge> {
  return {
    ...(tally.unseen === 0 ? {} : { unseenPerSecond: tally.unseen / seconds, unseenReason: whyUnseen(tally) }),
    ...(tally.mirrored === 0 ? {} : { mirroredPerSecond: tally.mirrored / seconds }),
    ...(tally.sourceAddresses.length === 0
      ? {}
      : {
          sourceAddresses: tally.sourceAddresses
            .toSorted((a, b) => b.count - a.count || compare(a.address, b.address))
            .map(({ address, count }) => ({ address, requestsPerSecond: count / seconds })),
        }),
  };
}

function buildNodes(
  identities: ReadonlyMap<string, NodeIdentity>,
  edges: readonly OpenEdge[],
  seconds: number,
  tolerances: TolerancesOf,
): GraphNode[] {
  const inbound = new Map<string, Tally>();
  const outbound = new Map<string, Tally>();
  for (const { source, target, tally, believed } of edges) {
    addTo(outbound, source, tally);
    // Whoever scans a gateway's ports says nothing about how it serves those that it lets in.
    if (!isRefusedAtEdge(tally)) addTo(inbound, target, believed);
  }
  return [...identities.values()].map((identity) => {
    const into = inbound.get(identity.id);
    const out = outbound.get(identity.id);
    return {
      ...identity,
      health: judgeEnd(subjectOf(identity), { into, out, seconds, tolerances }),
      isRoot: into === undefined,
      requestsPerSecondIn: (into?.count ?? 0) / seconds,
      requestsPerSecondOut: (out?.count ?? 0) / seconds,
      errorPercentIn: into?.errorPercent ?? 0,
    };
  });
}

/** An end by what came to it, and by what it called where its tolerances say so. */
function judgeEnd(
  subject: HealthSubject | undefined,
  {
    into,
    out,
    seconds,
    tolerances,
  }: {
    readonly into: Tally | undefined;
    readonly out: Tally | undefined;
    readonly seconds: number;
    readonly tolerances: TolerancesOf;
  },
): Health {
  const all = subject === undefined ? DEFAULT_TOLERANCES : tolerances(subject);
  // Where traffic enters there is nobody to ask but the node itself: what it got from those it called.
  if (into === undefined) return judgeTally(out ?? new Tally(), seconds, tolerancesFor(all, "outbound", true));
  const health = judgeTally(into, seconds, tolerancesFor(all, "inbound", false));
  const calls = out === undefined ? [] : tolerancesFor(all, "outbound", false);
  return out === undefined || calls.length === 0 ? health : worseHealth(health, judgeTally(out, seconds, calls));
}

function isRefusedAtEdge({ deniedBy, outcomes, count }: Tally): boolean {
  return outcomes.denied === count && deniedBy.length > 0 && deniedBy.every(isRefusedByGateway);
}

function addTo(tallies: Map<string, Tally>, id: string, tally: Tally): void {
  const sum = tallies.get(id) ?? new Tally();
  tallies.set(id, sum);
  sum.addOutcomes(tally);
}
