import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { LayerChange, ProxyNode, ProxyView, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { describeFailures, type KnownCulprits } from "#server/translate/build-failure.ts";
import type { Hash } from "#server/translate/encode.ts";
import { formatGrpcKey, GrpcLayer } from "#server/translate/grpc-layer.ts";
import type { MutableLayer } from "#server/translate/mutable-layer.ts";
import { formatScope, OutboundScope, type ScopeKey } from "#server/translate/outbound-scope.ts";
import { standingOf } from "#server/translate/standing.ts";
import { WorkloadLayer } from "#server/translate/workload-layer.ts";
import { World } from "#server/translate/world.ts";

export interface CompileResult {
  readonly changes: readonly LayerChange[];
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Who has to be opened anew: all, when routes began or ceased to ask for callers' labels; those whose labels, as far as they are asked
   * for, are others since they were registered.
   */
  readonly reopen: "all" | ReadonlySet<ProxyNode>;
}

export interface PreviewedResource {
  readonly layerId: string;
  readonly type: XdsType;
  readonly before: XdsResource | undefined;
  readonly after: XdsResource | undefined;
}

/** Scopes that no proxy holds and that are kept all the same, last left last: a fleet that comes back finds its own. */
const IDLE_SCOPES_MAX = 4;

/** Configuration → layers of xDS resources. One edit rebuilds the hosts it touches, in the scopes that proxies have open. */
export function createCompiler(snapshot: Snapshot, { hash }: { readonly hash: Hash }): Compiler {
  return new Compiler(snapshot, hash);
}

export class Compiler {
  readonly #world: World;
  readonly #hash: Hash;
  readonly #scopes = new Map<string, OutboundScope>();
  readonly #workloads = new Map<ProxyNode, WorkloadLayer>();
  readonly #grpcLayers = new Map<string, GrpcLayer>();
  readonly #grpcClients = new Map<ProxyNode, GrpcLayer>();
  readonly #culprits: KnownCulprits = new WeakMap();
  /** Label keys that some route asks of its callers. */
  #labelKeys: readonly string[];

  constructor(snapshot: Snapshot, hash: Hash) {
    this.#world = new World(snapshot);
    this.#hash = hash;
    this.#labelKeys = this.#sourceLabelKeys();
  }

  /** The node object is the handle: `close` takes the same one. */
  open(node: ProxyNode): ProxyView {
    if (node.metadata.GENERATOR === "grpc") return this.#openGrpc(node);
    const scope = this.#scope(node);
    const workload = new WorkloadLayer(node, scope, this.#world, this.#hash);
    scope.users += 1;
    this.#workloads.set(node, workload);
    return { layers: [scope.layer, workload.layer] };
  }

  close(node: ProxyNode): void {
    this.#closeGrpc(node);
    const workload = this.#workloads.get(node);
    if (workload === undefined) return;
    this.#workloads.delete(node);
    workload.scope.users -= 1;
    if (workload.scope.users === 0) this.#keepIdle(workload.scope);
  }

  apply(change: SnapshotChange): CompileResult {
    const affected = this.#world.apply(change);
    const changes: LayerChange[] = [];
    const withOtherPorts = new Set<OutboundScope>();
    for (const scope of this.#scopes.values()) {
      const before = scope.listenerKey();
      changes.push(...scope.rebuild(affected.hosts));
      if (scope.listenerKey() !== before) withOtherPorts.add(scope);
    }
    for (const grpc of this.#grpcLayers.values()) changes.push(...grpc.rebuild(affected.hosts));
    for (const workload of this.#workloads.values())
      changes.push(...workload.rebuild(affected, withOtherPorts.has(workload.scope)));
    const labelKeys = this.#sourceLabelKeys();
    const isAskedAnew = labelKeys.join() !== this.#labelKeys.join();
    this.#labelKeys = labelKeys;
    const reopen = isAskedAnew ? ("all" as const) : this.#relabelled(affected.instances);
    return { changes, diagnostics: this.diagnostics(), reopen };
  }

  /** Who is open: what a compiler of its own for previews opens too. */
  nodes(): ProxyNode[] {
    return [...this.#workloads.keys(), ...this.#grpcClients.keys()];
  }

  /** Ids of the nodes by the layers that they hold. */
  holders(): ReadonlyMap<string, readonly string[]> {
    const held = [
      ...[...this.#workloads].flatMap(([{ id }, { layer, scope }]) => [
        [layer.id, id] as const,
        [scope.layer.id, id] as const,
      ]),
      ...[...this.#grpcClients].map(([{ id }, { layer }]) => [layer.id, id] as const),
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
  diagnostics(): Diagnostic[] {
    const refused = [...this.#workloads.values()].flatMap((workload) => workload.diagnostics);
    const failures = this.#layers().flatMap(({ failures }) => [...failures]);
    return [...refused, ...describeFailures(this.#world, failures, this.#culprits)];
  }

  #layers(): MutableLayer[] {
    return [...this.#scopes.values(), ...this.#grpcLayers.values(), ...this.#workloads.values()].map(
      ({ layer }) => layer,
    );
  }

  /**
   * What `change` would do. The compiler is as before afterwards, also where this throws; it is no other one's meanwhile,
   * so this is for a compiler that serves nobody.
   */
  preview(change: SnapshotChange): {
    readonly changes: readonly PreviewedResource[];
    readonly diagnostics: readonly Diagnostic[];
  } {
    const before = new Map<LayerChange["layer"], Map<XdsType, ReadonlyMap<string, XdsResource>>>();
    const scopes = [...this.#scopes.values()].filter(({ users }) => users > 0);
    for (const { layer } of [...scopes, ...this.#grpcLayers.values(), ...this.#workloads.values()]) {
      before.set(layer, new Map([...layer.resources].map(([type, each]) => [type, new Map(each)])));
    }
    const inverse = this.#world.inverse(change);
    let result: CompileResult;
    try {
      result = this.apply(change);
    } finally {
      this.apply(inverse);
    }
    return {
      diagnostics: result.diagnostics,
      changes: result.changes.flatMap(({ layer, type, upserted, removed }) => {
        const held = before.get(layer);
        if (held === undefined) return [];
        const old = held.get(type);
        return [
          ...upserted.map((after) => ({ layerId: layer.id, type, before: old?.get(after.name), after })),
          ...removed.map((name) => ({ layerId: layer.id, type, before: old?.get(name), after: undefined })),
        ];
      }),
    };
  }

  /** Those of these instances' proxies that hold what is for callers with other labels. */
  #relabelled(instances: ReadonlySet<string>): ReadonlySet<ProxyNode> {
    if (instances.size === 0 || this.#labelKeys.length === 0) return new Set();
    const held = [
      ...Array.from(this.#workloads, ([node, { scope }]) => [node, scope.key.labels] as const),
      ...Array.from(this.#grpcClients, ([node, { key }]) => [node, key.labels] as const),
    ];
    return new Set(
      held.flatMap(([node, labels]) =>
        instances.has(`${node.namespace}/${node.name}`) && !hasSameLabels(labels, this.#askedLabels(node))
          ? [node]
          : [],
      ),
    );
  }

  #scope(node: ProxyNode): OutboundScope {
    const { metadata, namespace, takesVirtualHosts } = node;
    const labels = this.#askedLabels(node);
    const routing = node.type === "router" ? "none" : metadata.INTERCEPTION_MODE === "NONE" ? "proxy" : "ports";
    const key: ScopeKey = { namespace, labels, takesVirtualHosts: takesVirtualHosts && routing !== "none", routing };
    const id = formatScope(key);
    const known = this.#scopes.get(id);
    if (known !== undefined) return known;
    const made = new OutboundScope(key, this.#world, this.#hash);
    this.#scopes.set(id, made);
    return made;
  }

  /** Makes it the scope that was left last, and drops what is beyond the bound. */
  #keepIdle(scope: OutboundScope): void {
    const id = formatScope(scope.key);
    this.#scopes.delete(id);
    this.#scopes.set(id, scope);
    const idle = [...this.#scopes].filter(([, { users }]) => users === 0);
    for (const [left] of idle.slice(0, -IDLE_SCOPES_MAX)) this.#scopes.delete(left);
  }

  #openGrpc(node: ProxyNode): ProxyView {
    const key = { namespace: node.namespace, labels: this.#askedLabels(node) };
    const id = formatGrpcKey(key);
    const grpc = this.#grpcLayers.get(id) ?? new GrpcLayer(key, this.#world, this.#hash);
    this.#grpcLayers.set(id, grpc);
    grpc.users += 1;
    this.#grpcClients.set(node, grpc);
    return { layers: [grpc.layer] };
  }

  #closeGrpc(node: ProxyNode): void {
    const grpc = this.#grpcClients.get(node);
    if (grpc === undefined) return;
    this.#grpcClients.delete(node);
    grpc.users -= 1;
    if (grpc.users === 0) this.#grpcLayers.delete(formatGrpcKey(grpc.key));
  }

  /** Of a node's labels those that some route asks about. */
  #askedLabels(node: ProxyNode): Record<string, string> {
    const { labels } = standingOf(this.#world, node);
    return Object.fromEntries(
      this.#labelKeys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])),
    );
  }

  #sourceLabelKeys(): string[] {
    const keys = new Set<string>();
    for (const { spec } of this.#world.all("VirtualService")) {
      for (const { match = [] } of spec.http ?? [])
        for (const { sourceLabels = {} } of match) for (const key of Object.keys(sourceLabels)) keys.add(key);
    }
    return [...keys].sort();
  }
}

function hasSameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
