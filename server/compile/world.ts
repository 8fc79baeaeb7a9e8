import { hostMatches, isWildcard } from "#core/host/host.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Service, ServiceDeclaration } from "#core/model/service.ts";
import type { Workload } from "#core/model/workload.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { delegateOf, mergeDelegates, type RoutingService } from "#core/resolve/delegates.ts";
import { type ResolvedRule, resolveDestinationRule } from "#core/resolve/destination-rule.ts";
import { type EffectiveMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type Policy, resolvePolicies } from "#core/resolve/policies.ts";
import { resolveService, selects, servicesOf } from "#core/resolve/service.ts";
import { resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { byAge } from "#core/resource/by-age.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { declareService } from "#core/sources/declare-service.ts";
import { declareWorkload, GROUP_KINDS, WRITTEN_KINDS } from "#core/sources/declare-workload.ts";
import { bearingOn } from "#server/compile/bearing-on.ts";
import { CellTable } from "#server/compile/cell-table.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { ConfigIndex } from "#server/compile/config-index.ts";
import { concerned, DerivedTable } from "#server/compile/derived-table.ts";
import { patternsFor } from "#server/compile/host-patterns.ts";
import { ALL_NAMESPACES, InstanceIndex, sidecarsOf } from "#server/compile/instance-index.ts";
import { invertChange } from "#server/compile/invert-change.ts";
import { KeySetTable } from "#server/compile/key-set-table.ts";
import { labelText } from "#server/compile/label-text.ts";
import { type IndexName, labelKey, type Place } from "#server/compile/places-of.ts";
import { type Cell, type Reader, Recorder } from "#server/compile/recorder.ts";

type Labels = Readonly<Record<string, string>>;
type HostKind = "VirtualService" | "DestinationRule";

/** What a change comes to for those who asked. */
export interface Concerned {
  /** Of whose answers at least one is, or may be, another. */
  readonly readers: ReadonlySet<Reader>;
  /** Hosts that nothing defined or named before. */
  readonly appeared: ReadonlySet<string>;
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

/**
 * Configuration and registry as they stand, by the questions that translation asks. Whoever asks while `recorder` records
 * depends on the answer: `apply` says of whom it changed. What is not asked here decides nothing that a proxy gets.
 */
export class World implements CompileReader {
  readonly mesh: MeshSettings;
  readonly settings: ProxySettings;
  readonly recorder = new Recorder();
  readonly #index: ConfigIndex;
  readonly #instances = new InstanceIndex();
  readonly #keySets: KeySetTable;
  readonly #hosts = new Set<string>();
  readonly #derived = new DerivedTable(this.recorder);
  readonly #lists = new Map<IndexName, CellTable<readonly AnyResource[]>>();
  readonly #covering: Readonly<Record<HostKind, CellTable<readonly AnyResource[]>>>;
  readonly #hasHost: CellTable<boolean>;
  readonly #hostsUnder: CellTable<readonly string[]>;
  readonly #instance: CellTable<WorkloadInstance | undefined>;
  /** By one label of those that are selected. */
  readonly #selected: CellTable<undefined>;
  /** By `address port` of a sidecar. */
  readonly #placed: CellTable<WorkloadInstance | undefined>;
  readonly #labelKeys: CellTable<readonly string[]>;
  /** Hosts that only patterns cover, and the same ones, have one list. */
  readonly #patternLists = new Map<string, readonly AnyResource[]>();
  /** VirtualServices that delegate, with what they were merged with. */
  readonly #roots = new WeakMap<
    Resource<"VirtualService">,
    { readonly delegates: readonly (Resource<"VirtualService"> | undefined)[]; readonly merged: RoutingService }
  >();
  /** What was made of a list of resources, by the question. */
  readonly #answers = new WeakMap<readonly AnyResource[], Map<string, unknown>>();

  constructor(snapshot: Snapshot) {
    this.mesh = snapshot.mesh;
    this.settings = snapshot.mesh.proxies ?? DEFAULT_PROXY_SETTINGS;
    this.#index = new ConfigIndex(snapshot.mesh);
    this.#keySets = new KeySetTable(this.recorder, snapshot.keySets);
    const table = <T>(answer: (key: string) => T): CellTable<T> => new CellTable(this.recorder, answer);
    this.#covering = {
      VirtualService: table((host) => this.#findCovering("virtualService", "virtualServicePattern", host)),
      DestinationRule: table((host) => this.#findCovering("rule", "rulePattern", host)),
    };
    this.#hasHost = table((host) => HOST_INDICES.some((index) => this.#index.has(index, host)));
    this.#hostsUnder = table((pattern) =>
      isWildcard(pattern) ? [...this.#index.keys("entry")].filter((host) => hostMatches(pattern, host)) : [pattern],
    );
    this.#instance = table((key) => this.#instances.get(key));
    this.#selected = table(() => undefined);
    this.#placed = table((place) => this.#instances.at(place));
    this.#labelKeys = table(() => [...this.#index.keys("sourceLabel")].sort());
    for (const resource of snapshot.resources)
      for (const { index, key } of this.#index.add(resource)) if (isHostIndex(index)) this.#hosts.add(key);
    for (const instance of snapshot.instances) this.#instances.add(instance);
  }

  apply(change: SnapshotChange): Concerned {
    const touched = new Set<Cell>();
    const hosts = new Set<string>();
    const touch = (places: readonly Place[]): void => {
      for (const place of places) {
        this.#touch(place, touched);
        if (isHostIndex(place.index)) hosts.add(place.key);
      }
    };
    for (const resource of change.upserts) {
      const old = this.#index.get(formatRef(refOf(resource)));
      if (old !== undefined) touch(this.#index.remove(old));
      touch(this.#index.add(resource));
    }
    for (const ref of change.deletes) {
      const old = this.#index.get(formatRef(ref));
      if (old !== undefined) touch(this.#index.remove(old));
    }
    for (const instance of change.instanceUpserts) {
      this.#removeInstance(`${instance.namespace}/${instance.name}`, touched);
      this.#instances.add(instance);
      this.#touchInstance(instance, touched);
    }
    for (const key of change.instanceDeletes) this.#removeInstance(key, touched);
    this.#keySets.apply(change.keySets, touched);
    const appeared = this.#followHosts(hosts, touched);
    return { readers: concerned(touched), appeared };
  }

  #touch({ index, key }: Place, touched: Set<Cell>): void {
    this.#lists.get(index)?.touch(key, touched);
    if (index === "virtualService") this.#covering.VirtualService.touch(key, touched);
    else if (index === "rule") this.#covering.DestinationRule.touch(key, touched);
    else if (index === "sourceLabel") this.#labelKeys.touch("", touched);
    else if (index === "entry") this.#hostsUnder.touchWhere((pattern) => hostMatches(pattern, key), touched);
    else if (index === "virtualServicePattern" || index === "rulePattern") {
      this.#patternLists.clear();
      const kind = index === "rulePattern" ? "DestinationRule" : "VirtualService";
      this.#covering[kind].touchWhere((host) => hostMatches(key, host), touched);
    }
  }

  #removeInstance(key: string, touched: Set<Cell>): void {
    const old = this.#instances.get(key);
    if (old === undefined) return;
    this.#instances.remove(old);
    this.#touchInstance(old, touched);
  }

  #touchInstance(instance: WorkloadInstance, touched: Set<Cell>): void {
    const { namespace, name, labels } = instance;
    this.#instance.touch(`${namespace}/${name}`, touched);
    for (const place of sidecarsOf(instance)) this.#placed.touch(place, touched);
    for (const [label, value] of Object.entries(labels))
      for (const each of [namespace, ALL_NAMESPACES]) this.#selected.touch(labelKey(each, label, value), touched);
  }

  /** Those that came, and that those that went are asked for no more. */
  #followHosts(hosts: ReadonlySet<string>, touched: Set<Cell>): Set<string> {
    const appeared = new Set<string>();
    for (const host of hosts) {
      const isThere = HOST_INDICES.some((index) => this.#index.has(index, host));
      if (isThere === this.#hosts.has(host)) continue;
      this.#hasHost.touch(host, touched);
      if (isThere) appeared.add(host);
      if (isThere) this.#hosts.add(host);
      else this.#hosts.delete(host);
    }
    return appeared;
  }

  /** The change that takes `change` back. */
  inverse(change: SnapshotChange): SnapshotChange {
    return invertChange(change, {
      resource: (ref) => this.#index.get(ref),
      instance: (key) => this.#instances.get(key),
      keySets: (sets) => this.#keySets.inverse(sets),
    });
  }

  /** All hosts that a proxy may have to know: those of services, and those only virtual services name. Nobody depends on it: `apply` tells of those that appear. */
  hosts(): ReadonlySet<string> {
    return this.#hosts;
  }

  /** Whether something defines or names a host. */
  hasHost(host: string): boolean {
    return this.#hasHost.ask(host);
  }

  /** The service at a host as seen from a namespace. */
  service(host: string, fromNamespace: string): Service | undefined {
    return resolveService(host, this.#declarations("entry", host), fromNamespace);
  }

  /** Services under a pattern that callers in a namespace see. */
  servicesUnder(pattern: string, fromNamespace: string): readonly Service[] {
    return this.#hostsUnder.ask(pattern).flatMap((host) => this.service(host, fromNamespace) ?? []);
  }

  /** VirtualServices for a host that apply to `gateway` ("mesh" or `namespace/name`), the deciding one first. */
  virtualServices(host: string, fromNamespace: string, gateway: string): readonly RoutingService[] {
    const question = { host, fromNamespace, gateway, domainSuffix: this.mesh.domainSuffix };
    const found = this.#bearing("VirtualService", host, `${fromNamespace} ${gateway}`, (services) =>
      resolveVirtualServices(services as readonly Resource<"VirtualService">[], question),
    );
    return this.#withDelegates(found);
  }

  /** VirtualServices that name a gateway, `namespace/name`. */
  boundTo(gateway: string): readonly RoutingService[] {
    return this.#withDelegates(this.#list<Resource<"VirtualService">>("bound", gateway));
  }

  /** Whoever asks depends on those that are delegated to, also where they are not there. */
  #withDelegates(services: readonly Resource<"VirtualService">[]): readonly RoutingService[] {
    const isRoot = ({ spec }: Resource<"VirtualService">): boolean =>
      spec.http?.some(({ delegate }) => delegate !== undefined) === true;
    return services.some(isRoot) ? services.map((each) => (isRoot(each) ? this.#merged(each) : each)) : services;
  }

  #merged(root: Resource<"VirtualService">): RoutingService {
    const find = (namespace: string, name: string) =>
      this.#list<Resource<"VirtualService">>("ref", formatRef({ kind: "VirtualService", namespace, name }))[0];
    const delegates = (root.spec.http ?? []).map((http) => {
      const ref = delegateOf(http, root.metadata.namespace);
      return ref === undefined ? undefined : find(...ref);
    });
    const known = this.#roots.get(root);
    if (known !== undefined && isSameList(known.delegates, delegates)) return known.merged;
    const merged = mergeDelegates(root, find, this.mesh.domainSuffix);
    this.#roots.set(root, { delegates, merged });
    return merged;
  }

  /** What the rules for a host come to for clients in a namespace. */
  destinationRule(host: string, clientNamespace: string, serviceNamespace: string): ResolvedRule | undefined {
    const question = { host, clientNamespace, serviceNamespace, mesh: this.mesh };
    return this.#bearing("DestinationRule", host, `${clientNamespace} ${serviceNamespace}`, (rules) =>
      resolveDestinationRule(rules as readonly Resource<"DestinationRule">[], question),
    );
  }

  /** The answer about the resources for a host; hosts that only patterns cover, and the same ones, share it. */
  #bearing<T>(kind: HostKind, host: string, question: string, resolve: (candidates: readonly AnyResource[]) => T): T {
    const candidates = this.#covering[kind].ask(host);
    const isShared = !this.#index.has(kind === "VirtualService" ? "virtualService" : "rule", host);
    return this.#answer(candidates, isShared ? question : `${question} ${host}`, () => resolve(candidates));
  }

  #answer<T>(list: readonly AnyResource[], question: string, answer: () => T): T {
    if (!this.recorder.isRecording) return answer();
    const known = this.#answers.get(list) ?? new Map<string, unknown>();
    this.#answers.set(list, known);
    if (!known.has(question)) known.set(question, answer());
    return known.get(question) as T;
  }

  #findCovering(exact: IndexName, pattern: IndexName, host: string): readonly AnyResource[] {
    const own = this.#index.refs(exact, host);
    const patterns = patternsFor(this.#index.map(pattern), host);
    const find = () =>
      this.#index.list(new Set([...own, ...patterns.flatMap((each) => [...this.#index.refs(pattern, each)])]));
    if (own.size > 0 || !this.recorder.isRecording) return find();
    const key = `${pattern} ${patterns.join(" ")}`;
    const known = this.#patternLists.get(key) ?? find();
    this.#patternLists.set(key, known);
    return known;
  }

  /** The oldest first. */
  all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[] {
    return this.#list<Resource<K>>("kind", kind);
  }

  /** Of a namespace and of the root namespace, the oldest first. */
  ofNamespace<K extends AnyResource["kind"]>(kind: K, namespace: string): readonly Resource<K>[] {
    const own = this.#list<Resource<K>>("namespace", `${kind}/${namespace}`);
    const { rootNamespace } = this.mesh;
    if (namespace === rootNamespace) return own;
    const root = this.#list<Resource<K>>("namespace", `${kind}/${rootNamespace}`);
    return root.length === 0 ? own : [...own, ...root].sort(byAge);
  }

  /** An answer that follows from others: whoever asks for it is concerned only where it comes out otherwise. */
  derive<T>(key: string, answer: () => T, isSame?: (a: T, b: T) => boolean): T {
    return this.#derived.ask(key, answer, isSame);
  }

  /** The same for lists, which are alike where they hold the same. */
  deriveList<T>(key: string, answer: () => readonly T[]): readonly T[] {
    return this.#derived.ask(key, answer, isSameList);
  }

  /** Label keys that some route asks of its callers, in order. */
  get sourceLabelKeys(): readonly string[] {
    return this.#derived.ask("source label keys", () => this.#labelKeys.ask(""), isSameList);
  }

  /** What instances of a group are expected to be. */
  expected(namespace: string, group: string): Workload | undefined {
    for (const kind of GROUP_KINDS) {
      const [found] = this.#list("ref", formatRef({ kind, namespace, name: group }));
      if (found !== undefined) return declareWorkload(found);
    }
    return undefined;
  }

  instance(key: string): WorkloadInstance | undefined {
    return this.#instance.ask(key);
  }

  /** Whose sidecar listens there; undefined where nobody's does, and where several say so. */
  instanceAt(address: string, port: number): WorkloadInstance | undefined {
    return this.#placed.ask(`${address} ${port}`);
  }

  /** Instances of a namespace, or of all of them, that carry all of these labels, in order of their names. */
  select(namespace: string | typeof ALL_NAMESPACES, labels: Labels): readonly WorkloadInstance[] {
    // Whoever carries all of them carries the rarest.
    const rarest = this.#instances.rarest(namespace, labels);
    if (rarest !== undefined) this.#selected.ask(rarest);
    return this.#instances.select(namespace, labels);
  }

  /** Workloads of a namespace that are written and carry all of these labels, the oldest first. */
  written(namespace: string, labels: Labels): readonly Workload[] {
    const [first] = Object.entries(labels);
    const candidates =
      first === undefined
        ? WRITTEN_KINDS.flatMap((kind) => this.#list("namespace", `${kind}/${namespace}`))
        : this.#list("workload", labelKey(namespace, ...first));
    return candidates
      .flatMap((resource) => declareWorkload(resource) ?? [])
      .filter((workload) => matchesLabels(workload.labels, labels));
  }

  /** Services that select these labels in their namespace, each as one object declares it. */
  servicesSelecting(namespace: string, labels: Labels): readonly Service[] {
    const found = new Set(
      Object.entries(labels).flatMap(([label, value]) => this.#list("selector", labelKey(namespace, label, value))),
    );
    return [...found]
      .sort(byAge)
      .flatMap((resource) => declareService(resource) ?? [])
      .filter((declaration) => selects(declaration, labels))
      .flatMap(servicesOf);
  }

  /** What a workload's port takes. */
  mtlsMode(namespace: string, labels: Labels, appPort: number): EffectiveMtlsMode {
    return this.derive(`mTLS mode of ${namespace} ${appPort} ${labelText(labels)}`, () => {
      const policies = this.ofNamespace("PeerAuthentication", namespace);
      return resolveMtlsMode(policies, this.mesh.rootNamespace, { namespace, labels, port: appPort }).mode;
    });
  }

  readonly policiesOver = (namespace: string, labels: Labels) => this.#over("AuthorizationPolicy", namespace, labels);
  readonly requestAuthenticationsOver = (namespace: string, labels: Labels) =>
    this.#over("RequestAuthentication", namespace, labels);

  /** Those that stand over a workload: of its namespace and of the root, as far as their selectors reach. */
  #over<K extends Policy["kind"]>(kind: K, namespace: string, labels: Labels): readonly Resource<K>[] {
    return this.deriveList(`${kind} over ${namespace} ${labelText(labels)}`, () => {
      const all = this.ofNamespace(kind, namespace) as readonly (Policy & Resource<K>)[];
      return resolvePolicies(all, { namespace, labels }, this.mesh.rootNamespace);
    });
  }

  keysAt(location: string): string | undefined {
    return this.#keySets.ask(location);
  }

  /** The Gateways that a workload serves, the oldest first. */
  gatewaysFor(labels: Labels): readonly Resource<"Gateway">[] {
    return this.deriveList(`gateways of ${labelText(labels)}`, () =>
      this.all("Gateway").filter(({ spec }) => matchesLabels(labels, spec.selector)),
    );
  }

  /** The Gateway called `namespace/name`. */
  gatewayNamed(name: string): Resource<"Gateway"> | undefined {
    return this.#list<Resource<"Gateway">>("ref", `Gateway/${name}`)[0];
  }

  #declarations(index: IndexName, key: string): readonly ServiceDeclaration[] {
    const found: ServiceDeclaration[] = [];
    for (const resource of this.#list(index, key)) {
      const declaration = declareService(resource);
      if (declaration !== undefined) found.push(declaration);
    }
    return found;
  }

  #list<T = AnyResource>(index: IndexName, key: string): readonly T[] {
    let table = this.#lists.get(index);
    if (table === undefined) {
      table = new CellTable(this.recorder, (each) => this.#index.list(this.#index.refs(index, each)));
      this.#lists.set(index, table);
    }
    return table.ask(key) as readonly unknown[] as readonly T[];
  }

  refs(kind: AnyResource["kind"]): readonly string[] {
    return [...this.#index.refs("kind", kind)];
  }

  /** Refs of what a host is built from: what defines, rules and routes it, and the same of where it is routed to. */
  bearingOn(host: string): readonly string[] {
    return bearingOn(this.#index, host, this.mesh.domainSuffix);
  }

  /** What `ask` answers as if these resources were not there; afterwards they are again, also where it throws. Nobody depends on what it reads. */
  without<T>(refs: readonly string[], ask: () => T): T {
    const held = refs.flatMap((ref) => this.#index.get(ref) ?? []);
    for (const resource of held) this.#index.remove(resource);
    try {
      return this.recorder.pause(ask);
    } finally {
      for (const resource of held) this.#index.add(resource);
    }
  }
}

const HOST_INDICES = ["entry", "virtualService", "virtualServicePattern"] as const satisfies readonly IndexName[];
function isHostIndex(index: IndexName): boolean {
  return (HOST_INDICES as readonly IndexName[]).includes(index);
}
