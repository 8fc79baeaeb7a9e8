import { expandHost } from "#core/host/host.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { ResolvedRoute } from "#core/resolve/routes.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { Route } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { advance, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";
import { ReadBack } from "#server/envoy/testing/read-back.ts";
import { listServices } from "#server/services/service-directory.ts";
import { fc, seed } from "#testing/fc.ts";

const RUNS = 25;
const CHANGES = 60;
const MORE_CHANGES = 100;
/** Nothing of a world stands in the last one: whoever calls from there stands for all who are nowhere else. */
export const NAMESPACES = ["default", "prod", "istio-system", "elsewhere"];

/** A sidecar, captured, that shows the account of the instance, or is nobody's. */
export function sidecar(namespace: string, name: string, instance?: WorkloadInstance): ProxyNode {
  const [, , , base] = NODES;
  if (base === undefined) throw new Error("there is no captured sidecar among the nodes");
  const ports = instance?.ports ?? [];
  return {
    ...base,
    id: `sidecar~127.0.0.1~${name}.${namespace}~x`,
    ...{ namespace, name },
    metadata: {
      ...base.metadata,
      ...{ LABELS: { app: "caller" }, WORKLOAD_NAME: name, PHAROS_OUTBOUND: [] },
      PHAROS_INBOUND: ports.map((port) => ({ ...port })),
    },
  };
}

/** One that rules for callers by their labels may be for, and one that they may not be for. */
export function callersIn(namespace: string): readonly ProxyNode[] {
  const caller = sidecar(namespace, "caller");
  return [caller, { ...caller, metadata: { ...caller.metadata, LABELS: { app: "other" } } }];
}

/** A gateway's proxy. */
export function router(namespace: string, labels: Readonly<Record<string, string>>): ProxyNode {
  const base = sidecar(namespace, "gw");
  return {
    ...base,
    type: "router",
    metadata: { ...base.metadata, LABELS: labels, INTERCEPTION_MODE: "NONE" },
  };
}

/** An application that reads xDS itself. */
export function grpcClient(namespace: string): ProxyNode {
  const base = sidecar(namespace, "caller");
  return { ...base, takesVirtualHosts: false, metadata: { ...base.metadata, GENERATOR: "grpc" } };
}

/** Configuration and registry, how it is answered about, and what proxies get of it. */
export interface LawWorld {
  readonly snapshot: Snapshot;
  readonly reader: MeshReader;
  read(node: ProxyNode): ReadBack;
}

function makeWorld(from: number, { isNarrowed = false, about = [], more = [] }: LawOptions): LawWorld {
  const random = makeRandom(from);
  let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
  for (let revision = 1; revision <= CHANGES; revision++) snapshot = advance(snapshot, randomChange(random, revision));
  // More of what it is about, among all that is made.
  for (let revision = CHANGES + 1; about.length > 0 && revision <= CHANGES + MORE_CHANGES; revision++) {
    const change = randomChange(random, revision);
    if (change.upserts.some(({ kind }) => about.includes(kind))) snapshot = advance(snapshot, change);
  }
  if (!isNarrowed) snapshot = { ...snapshot, resources: snapshot.resources.filter(({ kind }) => kind !== "Sidecar") };
  // What they patch is not what was resolved.
  snapshot = { ...snapshot, resources: snapshot.resources.filter(({ kind }) => kind !== "EnvoyFilter") };
  snapshot = { ...snapshot, resources: [...more, ...snapshot.resources] };
  const compiler = createCompiler(snapshot, { hash });
  const reader = createSnapshotReader(snapshot);
  return { snapshot, reader, read: (node) => new ReadBack(compiler.open(node)) };
}

interface LawOptions {
  /** What callers know follows from their Sidecar too. */
  readonly isNarrowed?: boolean;
  /** There is more of these kinds than of others. */
  readonly about?: readonly Kind[];
  /** In every world, beside what is drawn. */
  readonly more?: Snapshot["resources"];
  readonly runs?: number;
  /** Of all worlds, where they are not to be others each time. */
  readonly first?: number;
}

/** Holds `check` against random worlds. */
export function law(check: (world: LawWorld) => void, options: LawOptions = {}): void {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (from) => check(makeWorld(from, options))),
    { seed: options.first ?? seed, numRuns: options.runs ?? RUNS, endOnFailure: true },
  );
}

export const hostsOf = ({ snapshot }: LawWorld): string[] => [...listServices(snapshot).keys()];
/** Hosts that VirtualServices are for. */
export const routedNames = ({ snapshot }: LawWorld): string[] =>
  ofKind(snapshot.resources, "VirtualService").flatMap(({ spec, metadata }) =>
    (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace, MESH.domainSuffix)),
  );

export const clusterName = (host: string, port: number, subset = "") => `outbound|${port}|${subset}|${host}`;

/** Parts of the name of the one cluster that a route goes to. */
function clusterOf({ action }: Pick<Route, "action">): readonly string[] {
  if (action.case !== "route" || action.value.clusterSpecifier.case !== "cluster") return [];
  return action.value.clusterSpecifier.value.split("|");
}

/** Empty where it goes to no service. */
function hostOf(route: Pick<Route, "action">): string {
  return clusterOf(route)[3] ?? "";
}

/** `seconds host|subset` of a route that goes to one cluster. */
export function describeRoute(route: Pick<Route, "action">): string {
  const { action } = route;
  if (action.case !== "route") return action.case ?? "";
  return `${Number(action.value.timeout?.seconds ?? 0n)}s ${hostOf(route)}|${clusterOf(route)[2] ?? ""}`;
}

/** The same of a resolved route of a VirtualService. */
export function describeResolved({ metadata }: Resource<"VirtualService">, { http }: ResolvedRoute): string {
  if (http.redirect !== undefined) return "redirect";
  const { host = "", subset = "" } = http.route?.[0]?.destination ?? {};
  return `${http.timeout ?? "0s"} ${expandHost(host, metadata.namespace, MESH.domainSuffix)}|${subset}`;
}
