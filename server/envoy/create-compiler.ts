import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { Caller } from "#core/resolve/locality-load.ts";
import { resolveUnknownCalls } from "#core/resolve/unknown-calls.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { LayerChange, ProxyNode, ProxyView } from "#core/xds/layer.ts";
import { describeFailures, type KnownCulprits } from "#server/compile/build-failure.ts";
import { inOneTurn } from "#server/compile/in-one-turn.ts";
import type { MutableLayer, ResourceSet } from "#server/compile/mutable-layer.ts";
import { Placement } from "#server/compile/placement.ts";
import type { Reader } from "#server/compile/recorder.ts";
import { type Install, Unit } from "#server/compile/unit.ts";
import { World } from "#server/compile/world.ts";
import { callerOf, formatCaller } from "#server/envoy/caller-of.ts";
import { compareHeld, type PreviewedResource } from "#server/envoy/compare-held.ts";
import type { FindMaterial } from "#server/envoy/credential-secrets.ts";
import type { Hash } from "#server/envoy/encode.ts";
import { formatGrpcKey, type GrpcKey, GrpcLayer } from "#server/envoy/grpc-layer.ts";
import { OutboundScope } from "#server/envoy/outbound-scope.ts";
import { describePatches } from "#server/envoy/patches/describe-patches.ts";
import { patchedProxy } from "#server/envoy/patches/patched-proxy.ts";
import { formatScope, type ScopeKey } from "#server/envoy/scope-key.ts";
import { standingOf } from "#server/envoy/standing.ts";
import { WorkloadLayer } from "#server/envoy/workload-layer.ts";

export interface CompileResult {
  readonly changes: readonly LayerChange[];
  /** Who has to be moved: what it shares with others is shared with others now. */
  readonly reopen: ReadonlySet<ProxyNode>;
}

/** A proxy that is open. */
interface Opened {
  readonly workload: WorkloadLayer;
  readonly caller: Caller;
  /** What it and those have that call from where it does. */
  readonly near: MutableLayer;
}

/** An application that is open and reads xDS itself. */
interface OpenedGrpc {
  readonly grpc: GrpcLayer;
  readonly caller: Caller;
  readonly near: MutableLayer;
}

/** Scopes that no proxy holds and that are kept all the same, last left last: a fleet that comes back finds its own. */
const IDLE_SCOPES_MAX = 4;

/** Configuration → layers of xDS resources. One edit rebuilds the hosts it touches, in the scopes that proxies have open. */
export function createCompiler(
  snapshot: Snapshot,
  { hash, material }: { readonly hash: Hash; readonly material?: FindMaterial },
): Compiler {
  return new Compiler(snapshot, hash, material);
}

const NO_MATERIAL: FindMaterial = () => undefined;

export class Compiler {
  readonly #world: World;
  readonly #hash: Hash;
  readonly #material: FindMaterial;
  readonly #scopes = new Map<string, OutboundScope>();
  readonly #workloads = new Map<ProxyNode, Opened>();
  readonly #grpcLayers = new Map<string, GrpcLayer>();
  readonly #grpcClients = new Map<ProxyNode, OpenedGrpc>();
  /** With what each node shares its layer. */
  readonly #placements = new Map<ProxyNode, Placement>();
  readonly #culprits: KnownCulprits = new WeakMap();

  /** Without `material` secrets are known by name and version, and hold nothing. */
  constructor(snapshot: Snapshot, hash: Hash, material: FindMaterial = NO_MATERIAL) {
    this.#material = material;
    this.#world = new World(snapshot);
    this.#hash = hash;
  }

  /** The node object is the handle: `close` takes the same one. */
  open(node: ProxyNode): ProxyView {
    const isGrpc = node.metadata.GENERATOR === "grpc";
    const place = () =>
      `${isGrpc ? formatGrpcKey(this.#grpcKey(node)) : formatScope(this.#scopeKey(node))} ${formatCaller(callerOf(this.#world.reader, node))}`;
    this.#placements.set(node, new Placement(node, this.#world.reader.recorder, place));
    if (isGrpc) return this.#openGrpc(node);
    const scope = this.#scope(node);
    const caller = callerOf(this.#world.reader, node);
    const workload = new WorkloadLayer(node, scope, this.#world.reader, this.#hash, this.#material);
    scope.users += 1;
    this.#workloads.set(node, { workload, caller, near: scope.callers.open(caller) });
    return { layers: this.#layersOf(node) };
  }

  close(node: ProxyNode): void {
    this.#placements.get(node)?.end();
    this.#placements.delete(node);
    this.#closeGrpc(node);
    const opened = this.#workloads.get(node);
    if (opened === undefined) return;
    const { workload, caller } = opened;
    this.#workloads.delete(node);
    workload.end();
    workload.scope.callers.close(caller);
    workload.scope.users -= 1;
    if (workload.scope.users === 0) this.#keepIdle(workload.scope);
  }

  /**
   * What a node holds that is among those to `reopen`. Where it calls from the same scope it is only near others now: what is its own
   * stays, for a label that one rule names moves a whole fleet.
   */
  move(node: ProxyNode): ProxyView {
    if (!this.#moveNear(node)) {
      this.close(node);
      this.open(node);
    }
    return { layers: this.#layersOf(node) };
  }

  #moveNear(node: ProxyNode): boolean {
    const caller = callerOf(this.#world.reader, node);
    const opened = this.#workloads.get(node);
    if (opened !== undefined) {
      const { callers, key } = opened.workload.scope;
      if (formatScope(this.#scopeKey(node)) !== formatScope(key)) return false;
      this.#workloads.set(node, { ...opened, caller, near: callers.open(caller) });
      callers.close(opened.caller);
      return true;
    }
    const client = this.#grpcClients.get(node);
    if (client === undefined || formatGrpcKey(this.#grpcKey(node)) !== formatGrpcKey(client.grpc.key)) return false;
    this.#grpcClients.set(node, { ...client, caller, near: client.grpc.callers.open(caller) });
    client.grpc.callers.close(client.caller);
    return true;
  }

  apply(change: SnapshotChange): CompileResult & { readonly diagnostics: readonly Diagnostic[] } {
    return { ...inOneTurn(this.steps(change)), diagnostics: this.diagnostics() };
  }

  /**
   * `apply` in steps of one unit. Between them the layers are as they were before the change, but for proxies that are opened
   * meanwhile; with the last step all is in place. The next change must wait for it.
   */
  *steps(change: SnapshotChange): Generator<undefined, CompileResult, undefined> {
    const { readers, appeared } = this.#world.apply(change);
    const installs = new Map<Unit, Install>();
    for (const unit of [...this.#appear(appeared), ...unitsOf(readers)]) {
      installs.set(unit, unit.stage());
      yield;
    }
    const ports = new Map(Array.from(this.#scopes.values(), (scope) => [scope, scope.listenerKey()]));
    const changes = [...installs.values()].flatMap((install) => install());
    // What listeners of captured traffic hold follows from all of a scope's routes.
    const listening = new Set<Unit>();
    for (const [scope, before] of ports) {
      changes.push(...scope.settle());
      if (scope.listenerKey() !== before) for (const unit of unitsOf(scope.ports.readers)) listening.add(unit);
    }
    for (const unit of listening) changes.push(...unit.rebuild());
    const moved = [...readers].flatMap((reader) =>
      reader instanceof Placement && reader.hasMoved() ? [reader.node] : [],
    );
    return { changes, reopen: new Set(moved) };
  }

  #appear(hosts: ReadonlySet<string>): Unit[] {
    const layers = [...this.#scopes.values(), ...this.#grpcLayers.values()];
    return layers.flatMap((layer) => [...hosts].flatMap((host) => layer.appear(host)));
  }

  /** Who is open: what a compiler of its own for previews opens too. */
  nodes(): ProxyNode[] {
    return [...this.#workloads.keys(), ...this.#grpcClients.keys()];
  }

  /** Ids of the nodes by the layers that they hold. */
  holders(): ReadonlyMap<string, readonly string[]> {
    const held = [
      ...[...this.#workloads].flatMap(([{ id }, { workload, near }]) =>
        [workload.layer, workload.scope.layer, near].map((layer) => [layer.id, id] as const),
      ),
      ...[...this.#grpcClients].flatMap(([{ id }, { grpc, near }]) =>
        [grpc.layer, near].map((layer) => [layer.id, id] as const),
      ),
    ];
    const ids = new Map<string, string[]>();
    for (const [layer, id] of held) {
      const known = ids.get(layer);
      if (known === undefined) ids.set(layer, [id]);
      else known.push(id);
    }
    return ids;
  }

  /** What gateways refuse, and what keeps units from being built, on the resources that do. */
  diagnostics(): readonly Diagnostic[] {
    return inOneTurn(this.diagnosing());
  }

  /** The same, as it is now, found in steps. Others may come between them, and changes too. */
  diagnosing(): Generator<undefined, readonly Diagnostic[], undefined> {
    const refused = [...this.#workloads.values()].flatMap(({ workload }) => workload.diagnostics);
    const failures = this.#layers().flatMap(({ failures }) => [...failures]);
    const described = describeFailures(this.#world, failures, this.#culprits);
    const patches = describePatches(
      this.#world.reader,
      () => [...this.#workloads.keys()].flatMap((node) => this.#patchesFor(node)),
      () => new Set([...this.#workloads.keys()].flatMap((node) => this.#layersOf(node))),
    );
    return (function* () {
      const failed = yield* described;
      const culprits = new Set(failed.map(({ resource }) => resource));
      // What keeps a unit from being built finds something, and is told of that.
      const others = (yield* patches).filter((each) => each.code !== "matches-nothing" || !culprits.has(each.resource));
      return [...refused, ...failed, ...others];
    })();
  }

  #patchesFor(node: ProxyNode) {
    const { reader } = this.#world;
    return reader.patchesFor(patchedProxy(node, standingOf(reader, node)));
  }

  #layers(): MutableLayer[] {
    const workloads = Array.from(this.#workloads.values(), ({ workload }) => workload);
    return [...this.#scopes.values(), ...this.#grpcLayers.values(), ...workloads].map(({ layer }) => layer);
  }

  /**
   * What `change` would do. The compiler is as before afterwards, also where this throws; it is no other one's meanwhile,
   * so this is for a compiler that serves nobody.
   */
  preview(change: SnapshotChange): {
    readonly changes: readonly PreviewedResource[];
    readonly diagnostics: readonly Diagnostic[];
  } {
    const before = new Map<LayerChange["layer"], ResourceSet>();
    const scopes = [...this.#scopes.values()].filter(({ users }) => users > 0);
    const opened = [
      ...[...this.#workloads.values()].flatMap(({ workload, near }) => [workload.layer, near]),
      ...Array.from(this.#grpcClients.values(), ({ near }) => near),
    ];
    const shared = [...scopes, ...this.#grpcLayers.values()].map(({ layer }) => layer);
    for (const layer of [...shared, ...opened]) {
      if (before.has(layer)) continue;
      before.set(layer, new Map([...layer.resources].map(([type, each]) => [type, new Map(each)])));
    }
    const inverse = this.#world.inverse(change);
    let result: ReturnType<Compiler["apply"]>;
    let moved: PreviewedResource[];
    try {
      result = this.apply(change);
      moved = [...result.reopen].flatMap((node) => {
        const own = this.#layersOf(node);
        const old = own.map((layer) => before.get(layer) ?? new Map());
        return compareHeld(own.at(-1)?.id ?? "", old, this.#openedAnew(node));
      });
    } finally {
      this.apply(inverse);
    }
    const changed = result.changes.flatMap(({ layer, type, upserted, removed }) => {
      const old = before.get(layer)?.get(type);
      if (!before.has(layer)) return [];
      return [
        ...upserted.map((after) => ({ layerId: layer.id, type, before: old?.get(after.name), after })),
        ...removed.map((name) => ({ layerId: layer.id, type, before: old?.get(name), after: undefined })),
      ];
    });
    return { diagnostics: result.diagnostics, changes: [...changed, ...moved] };
  }

  #layersOf(node: ProxyNode): readonly MutableLayer[] {
    const opened = this.#workloads.get(node);
    const grpc = this.#grpcClients.get(node);
    if (opened === undefined) return grpc === undefined ? [] : [grpc.grpc.layer, grpc.near];
    const { workload, near } = opened;
    return [workload.scope.layer, near, workload.layer];
  }

  /** What a node would hold that came now; nothing becomes of it. */
  #openedAnew(node: ProxyNode): readonly ResourceSet[] {
    const copy = { ...node };
    const { layers } = this.open(copy);
    this.close(copy);
    return layers.map(({ resources }) => resources);
  }

  #scopeKey(node: ProxyNode): ScopeKey {
    const { metadata, namespace, takesVirtualHosts } = node;
    const routing = node.type === "router" ? "none" : metadata.INTERCEPTION_MODE === "NONE" ? "proxy" : "ports";
    const labels = this.#askedLabels(node);
    // Gateways are nobody's sidecars.
    const sidecar = routing === "none" ? undefined : this.#sidecarOf(node);
    return {
      namespace,
      labels,
      takesVirtualHosts: takesVirtualHosts && routing !== "none",
      routing,
      sidecar: sidecar === undefined ? undefined : formatRef(refOf(sidecar)),
      unknown:
        routing === "none"
          ? { kind: "refused" }
          : resolveUnknownCalls(sidecar, this.#world.reader.settings(), this.#world.reader.mesh.domainSuffix),
      hasNames: routing === "ports" && metadata.DNS_CAPTURE === true,
      chosenBy: this.#world.reader.choosingFilters(patchedProxy(node, standingOf(this.#world.reader, node))),
    };
  }

  #scope(node: ProxyNode): OutboundScope {
    const key = this.#scopeKey(node);
    const id = formatScope(key);
    const known = this.#scopes.get(id);
    if (known !== undefined) return known;
    const made = new OutboundScope(key, this.#world.reader, this.#hash);
    this.#scopes.set(id, made);
    return made;
  }

  /** Makes it the scope that was left last, and drops what is beyond the bound. */
  #keepIdle(scope: OutboundScope): void {
    const id = formatScope(scope.key);
    this.#scopes.delete(id);
    this.#scopes.set(id, scope);
    const idle = [...this.#scopes].filter(([, { users }]) => users === 0);
    for (const [left, gone] of idle.slice(0, -IDLE_SCOPES_MAX)) {
      gone.end();
      this.#scopes.delete(left);
    }
  }

  #grpcKey(node: ProxyNode): GrpcKey {
    const sidecar = this.#sidecarOf(node);
    return {
      namespace: node.namespace,
      labels: this.#askedLabels(node),
      sidecar: sidecar === undefined ? undefined : formatRef(refOf(sidecar)),
    };
  }

  #openGrpc(node: ProxyNode): ProxyView {
    const key = this.#grpcKey(node);
    const id = formatGrpcKey(key);
    const grpc = this.#grpcLayers.get(id) ?? new GrpcLayer(key, this.#world.reader, this.#hash);
    this.#grpcLayers.set(id, grpc);
    grpc.users += 1;
    const caller = callerOf(this.#world.reader, node);
    this.#grpcClients.set(node, { grpc, caller, near: grpc.callers.open(caller) });
    return { layers: this.#layersOf(node) };
  }

  #closeGrpc(node: ProxyNode): void {
    const opened = this.#grpcClients.get(node);
    if (opened === undefined) return;
    const { grpc, caller } = opened;
    this.#grpcClients.delete(node);
    grpc.callers.close(caller);
    grpc.users -= 1;
    if (grpc.users > 0) return;
    grpc.end();
    this.#grpcLayers.delete(formatGrpcKey(grpc.key));
  }

  #sidecarOf(node: ProxyNode) {
    const { reader } = this.#world;
    return reader.sidecarFor(node.namespace, standingOf(reader, node).labels);
  }

  /** Of a node's labels those that some route asks about. */
  #askedLabels(node: ProxyNode): Record<string, string> {
    const { labels } = standingOf(this.#world.reader, node);
    return Object.fromEntries(
      this.#world.reader.sourceLabelKeys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])),
    );
  }
}

function unitsOf(readers: Iterable<Reader>): Unit[] {
  return [...readers].filter((reader) => reader instanceof Unit);
}
