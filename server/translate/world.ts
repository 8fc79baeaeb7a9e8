import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { type ResolvedRule, resolveDestinationRule, ruleHost } from "#core/resolve/destination-rule.ts";
import { portsOf, resolveServiceEntries } from "#core/resolve/service-entries.ts";
import { gatewaysOf, resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Affected, Touched } from "#server/translate/affected.ts";
import { gatewayIdentities, isGateway } from "#server/translate/gateway-identities.ts";
import { isCovered, patternsFor, refsFor } from "#server/translate/host-patterns.ts";
import { destinationsOf, normalize } from "#server/translate/hosts-of-resource.ts";
import { InstanceIndex } from "#server/translate/instance-index.ts";
import { addTo, removeFrom } from "#server/translate/multimap.ts";
import type { Service } from "#server/translate/service.ts";

/** Configuration and registry with the indices that make one edit cost what it touches, not what there is. */
export class World {
  readonly mesh: MeshSettings;
  readonly settings: ProxySettings;
  readonly #resources = new Map<string, AnyResource>();
  readonly #instances = new InstanceIndex();
  /** Host → refs of ServiceEntries that define it. */
  readonly #entriesByHost = new Map<string, Set<string>>();
  readonly #entriesBySelector = new Map<string, Set<string>>();
  readonly #virtualServicesByHost = new Map<string, Set<string>>();
  readonly #virtualServicesByPattern = new Map<string, Set<string>>();
  readonly #rulesByHost = new Map<string, Set<string>>();
  readonly #rulesByPattern = new Map<string, Set<string>>();
  /** Host → VirtualServices whose routes lead to it: they read its ports and its rule. */
  readonly #routesTo = new Map<string, Set<string>>();
  /** Address → refs of what writes it down as an endpoint's. */
  readonly #writersOf = new Map<string, Set<string>>();
  readonly #byKind = new Map<string, Set<string>>();
  #gatewayIdentities: readonly string[];
  /** What was asked of the resources as they stand. */
  readonly #answers = new Map<string, unknown>();

  constructor(snapshot: Snapshot) {
    this.mesh = snapshot.mesh;
    this.settings = snapshot.mesh.proxies ?? DEFAULT_PROXY_SETTINGS;
    for (const resource of snapshot.resources) this.#add(normalize(resource));
    for (const instance of snapshot.instances) this.#instances.add(instance);
    this.#gatewayIdentities = this.#findGatewayIdentities();
  }

  /** spiffe://… of the workloads that some Gateway selects: they tell truly for whom they call. */
  get gatewayIdentities(): readonly string[] {
    return this.#gatewayIdentities;
  }

  apply(change: SnapshotChange): Affected {
    const affected: Touched = {
      hosts: new Set(),
      inbound: new Set(),
      instances: new Set(),
      gateways: false,
      names: new Set(),
      endpointsOf: new Set(),
    };
    let gatewaysMoved =
      change.upserts.some(({ kind }) => kind === "Gateway") || change.deletes.some(({ kind }) => kind === "Gateway");
    for (const resource of change.upserts.map(normalize)) {
      const old = this.#resources.get(formatRef(refOf(resource)));
      if (old !== undefined) this.#touch(old, affected);
      if (old !== undefined) this.#remove(old);
      this.#add(resource);
      this.#touch(resource, affected);
    }
    for (const ref of change.deletes) {
      const old = this.#resources.get(formatRef(ref));
      if (old === undefined) continue;
      this.#touch(old, affected);
      this.#remove(old);
    }
    for (const instance of change.instanceUpserts) {
      const key = `${instance.namespace}/${instance.name}`;
      this.#touchInstance(key, affected);
      const old = this.#instances.get(key);
      gatewaysMoved ||=
        isGateway(instance, this.all("Gateway")) || (old !== undefined && isGateway(old, this.all("Gateway")));
      if (old !== undefined) this.#instances.remove(old);
      this.#instances.add(instance);
      this.#touchInstance(key, affected);
    }
    for (const key of change.instanceDeletes) {
      this.#touchInstance(key, affected);
      const old = this.#instances.get(key);
      gatewaysMoved ||= old !== undefined && isGateway(old, this.all("Gateway"));
      if (old !== undefined) this.#instances.remove(old);
    }
    if (gatewaysMoved) this.#refreshGatewayIdentities(affected);
    this.#spread(affected);
    return affected;
  }

  /** Everybody's policies about clients' addresses name the gateways. */
  #refreshGatewayIdentities(affected: Affected): void {
    const found = this.#findGatewayIdentities();
    if (found.join() === this.#gatewayIdentities.join()) return;
    this.#gatewayIdentities = found;
    affected.inbound.add("*");
  }

  #findGatewayIdentities(): readonly string[] {
    return gatewayIdentities(this.#instances.values(), this.all("Gateway"), this.mesh.trustDomain);
  }

  /** The change that takes `change` back. */
  inverse(change: SnapshotChange): SnapshotChange {
    const upserts: AnyResource[] = [];
    const deletes = change.upserts.filter((resource) => !this.#resources.has(formatRef(refOf(resource)))).map(refOf);
    for (const ref of [...change.upserts.map(refOf), ...change.deletes]) {
      const old = this.#resources.get(formatRef(ref));
      if (old !== undefined) upserts.push(old);
    }
    const keys = [
      ...change.instanceUpserts.map(({ namespace, name }) => `${namespace}/${name}`),
      ...change.instanceDeletes,
    ];
    return {
      revision: change.revision,
      upserts,
      deletes,
      instanceUpserts: keys.flatMap((key) => this.#instances.get(key) ?? []),
      instanceDeletes: keys.filter((key) => !this.#instances.has(key)),
    };
  }

  /** All hosts that a proxy may have to know: those of services, and those only virtual services name. */
  hosts(): Set<string> {
    return new Set([
      ...this.#entriesByHost.keys(),
      ...this.#virtualServicesByHost.keys(),
      ...this.#virtualServicesByPattern.keys(),
    ]);
  }

  /** Whether something still defines or names a host. */
  hasHost(host: string): boolean {
    return (
      this.#entriesByHost.has(host) || this.#virtualServicesByHost.has(host) || this.#virtualServicesByPattern.has(host)
    );
  }

  /** The service at a host as seen from a namespace. */
  service(host: string, fromNamespace: string): Service | undefined {
    const all = this.#resolve<"ServiceEntry">(this.#entriesByHost.get(host));
    const entries = resolveServiceEntries(all, fromNamespace);
    const [entry] = entries;
    return entry === undefined
      ? undefined
      : { host, namespace: entry.metadata.namespace, ports: portsOf(entries), entry, entries };
  }

  /** Services under a pattern that callers in a namespace see. */
  servicesUnder(pattern: string, fromNamespace: string): readonly Service[] {
    const hosts = isWildcard(pattern)
      ? [...this.#entriesByHost.keys()].filter((host) => hostMatches(pattern, host))
      : [pattern];
    return hosts.flatMap((host) => this.service(host, fromNamespace) ?? []);
  }

  /** Hosts that callers in a namespace may shorten to this name: they give it up to the host that has it as its own. */
  shortenedTo(name: string, namespace: string): string[] {
    const suffix = `svc.${this.mesh.domainSuffix}`;
    return [`${name}.${namespace}.${suffix}`, `${name}.${suffix}`, `${name}.${this.mesh.domainSuffix}`].filter((each) =>
      this.hasHost(each),
    );
  }

  /** VirtualServices for a host that apply to `gateway` ("mesh" or `namespace/name`), the deciding one first. */
  virtualServices(host: string, fromNamespace: string, gateway: string): readonly Resource<"VirtualService">[] {
    const question = { host, fromNamespace, gateway, domainSuffix: this.mesh.domainSuffix };
    return this.#bearing("VirtualService", host, `${fromNamespace} ${gateway}`, (services) =>
      resolveVirtualServices(services as readonly Resource<"VirtualService">[], question),
    );
  }

  /** What the rules for a host come to for clients in a namespace. */
  destinationRule(host: string, clientNamespace: string, serviceNamespace: string): ResolvedRule | undefined {
    const question = { host, clientNamespace, serviceNamespace, mesh: this.mesh };
    return this.#bearing("DestinationRule", host, `${clientNamespace} ${serviceNamespace}`, (rules) =>
      resolveDestinationRule(rules as readonly Resource<"DestinationRule">[], question),
    );
  }

  /** The answer about the resources for a host; hosts that only patterns cover, and the same ones, share it. */
  #bearing<T>(
    kind: "VirtualService" | "DestinationRule",
    host: string,
    question: string,
    resolve: (candidates: readonly Resource<"VirtualService" | "DestinationRule">[]) => T,
  ): T {
    const [exact, byPattern] =
      kind === "VirtualService"
        ? [this.#virtualServicesByHost.get(host), this.#virtualServicesByPattern]
        : [this.#rulesByHost.get(host), this.#rulesByPattern];
    const patterns = patternsFor(byPattern, host);
    const candidates = () =>
      this.#resolve<typeof kind>(
        new Set([...(exact ?? []), ...patterns.flatMap((each) => [...(byPattern.get(each) ?? [])])]),
      );
    if (exact !== undefined || patterns.length === 0) return resolve(candidates());
    const key = `${kind} ${question} ${patterns.join(" ")}`;
    if (!this.#answers.has(key)) this.#answers.set(key, resolve(candidates()));
    return this.#answers.get(key) as T;
  }

  /** The oldest first. */
  all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[] {
    const key = `all ${kind}`;
    if (!this.#answers.has(key)) this.#answers.set(key, this.#resolve<K>(this.#byKind.get(kind)));
    return this.#answers.get(key) as readonly Resource<K>[];
  }

  refs(kind: AnyResource["kind"]): readonly string[] {
    return [...(this.#byKind.get(kind) ?? [])];
  }

  /** Refs of what a host is built from: what defines, rules and routes it, and the same of where it is routed to. */
  bearingOn(host: string): readonly string[] {
    const own = [
      ...(this.#entriesByHost.get(host) ?? []),
      ...(this.#virtualServicesByHost.get(host) ?? []),
      ...(this.#rulesByHost.get(host) ?? []),
      ...refsFor(this.#virtualServicesByPattern, host),
      ...refsFor(this.#rulesByPattern, host),
    ];
    const destinations = own.flatMap((ref) => {
      const resource = this.#resources.get(ref);
      if (resource?.kind !== "VirtualService") return [];
      const { namespace } = resource.metadata;
      return Array.from(destinationsOf(resource), (name) => expandHost(name, namespace, this.mesh.domainSuffix));
    });
    const others = destinations.flatMap((each) => [
      ...(this.#entriesByHost.get(each) ?? []),
      ...(this.#rulesByHost.get(each) ?? []),
      ...refsFor(this.#rulesByPattern, each),
    ]);
    return [...new Set([...own, ...others])];
  }

  /** What `ask` answers as if these resources were not there; afterwards they are again, also where it throws. */
  without<T>(refs: readonly string[], ask: () => T): T {
    const held = refs.flatMap((ref) => this.#resources.get(ref) ?? []);
    for (const resource of held) this.#remove(resource);
    try {
      return ask();
    } finally {
      for (const resource of held) this.#add(resource);
    }
  }

  group(namespace: string, name: string): Resource<"WorkloadGroup"> | undefined {
    const found = this.#resources.get(formatRef({ kind: "WorkloadGroup", namespace, name }));
    return found?.kind === "WorkloadGroup" ? found : undefined;
  }

  instance(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key);
  }

  /** The one instance whose sidecar listens there. */
  instanceAt(address: string, port: number): WorkloadInstance | undefined {
    return this.#instances.at(address, port);
  }

  /** Instances of a namespace that carry all of these labels, in order of their names. */
  select(namespace: string, labels: Readonly<Record<string, string>>): readonly WorkloadInstance[] {
    return this.#instances.select(namespace, labels);
  }

  /** Services that select these labels in their namespace. */
  servicesSelecting(namespace: string, labels: Readonly<Record<string, string>>): readonly Service[] {
    return this.#entriesSelecting(namespace, labels).flatMap((entry) =>
      entry.spec.hosts.map((host) => ({ host, namespace, ports: entry.spec.ports ?? [], entry, entries: [entry] })),
    );
  }

  #entriesSelecting(namespace: string, labels: Readonly<Record<string, string>>): readonly Resource<"ServiceEntry">[] {
    const refs = Object.entries(labels).flatMap(([key, value]) => [
      ...(this.#entriesBySelector.get(`${namespace}|${key}=${value}`) ?? []),
    ]);
    return this.#resolve<"ServiceEntry">(new Set(refs)).filter((entry) =>
      matchesLabels(labels, entry.spec.workloadSelector?.labels),
    );
  }

  #resolve<K extends AnyResource["kind"]>(refs: Iterable<string> | undefined): Resource<K>[] {
    const found: Resource<K>[] = [];
    for (const ref of refs ?? []) {
      const resource = this.#resources.get(ref);
      if (resource !== undefined) found.push(resource as unknown as Resource<K>);
    }
    return found.sort(byAge);
  }

  #add(resource: AnyResource): void {
    const ref = formatRef(refOf(resource));
    this.#resources.set(ref, resource);
    addTo(this.#byKind, resource.kind, ref);
    this.#index(resource, ref, addTo);
  }

  #remove(resource: AnyResource): void {
    const ref = formatRef(refOf(resource));
    this.#resources.delete(ref);
    removeFrom(this.#byKind, resource.kind, ref);
    this.#index(resource, ref, removeFrom);
  }

  #index(
    resource: AnyResource,
    ref: string,
    enter: (index: Map<string, Set<string>>, key: string, value: string) => void,
  ): void {
    this.#answers.clear();
    const { namespace } = resource.metadata;
    if (resource.kind === "ServiceEntry") {
      for (const host of resource.spec.hosts) enter(this.#entriesByHost, host, ref);
      for (const [key, value] of Object.entries(resource.spec.workloadSelector?.labels ?? {}))
        enter(this.#entriesBySelector, `${namespace}|${key}=${value}`, ref);
      for (const { address = "" } of resource.spec.endpoints ?? []) enter(this.#writersOf, address, ref);
    } else if (resource.kind === "WorkloadEntry") {
      enter(this.#writersOf, resource.spec.address ?? "", ref);
    } else if (resource.kind === "VirtualService") {
      for (const short of resource.spec.hosts ?? []) {
        const host = expandHost(short, namespace, this.mesh.domainSuffix);
        enter(isWildcard(host) ? this.#virtualServicesByPattern : this.#virtualServicesByHost, host, ref);
      }
      for (const name of destinationsOf(resource))
        enter(this.#routesTo, expandHost(name, namespace, this.mesh.domainSuffix), ref);
    } else if (resource.kind === "DestinationRule") {
      const host = ruleHost(resource, this.mesh.domainSuffix);
      enter(isWildcard(host) ? this.#rulesByPattern : this.#rulesByHost, host, ref);
    }
  }

  #touchInstance(key: string, affected: Touched): void {
    const instance = this.#instances.get(key);
    if (instance === undefined) return;
    affected.instances.add(key);
    this.#touchEndpoints(instance.namespace, instance.labels, affected);
    // What is written down names the workload that stands there.
    for (const ref of this.#writersOf.get(instance.address) ?? []) {
      const writer = this.#resources.get(ref);
      if (writer?.kind === "ServiceEntry") for (const host of writer.spec.hosts) affected.names.add(host);
      if (writer?.kind === "WorkloadEntry") this.#touch(writer, affected);
    }
  }

  /** Where services send calls. Of those that are not said to be inside the mesh it decides who is told what, on every route to them. */
  #touchEndpoints(namespace: string, labels: Readonly<Record<string, string>>, { hosts, names }: Touched): void {
    for (const { host, entry } of this.servicesSelecting(namespace, labels))
      (entry.spec.location === "MESH_INTERNAL" ? hosts : names).add(host);
  }

  #touch(resource: AnyResource, affected: Touched): void {
    const { namespace } = resource.metadata;
    switch (resource.kind) {
      case "ServiceEntry":
        for (const host of resource.spec.hosts) affected.names.add(host);
        affected.inbound.add(namespace);
        break;
      case "VirtualService":
        for (const host of resource.spec.hosts ?? [])
          affected.names.add(expandHost(host, namespace, this.mesh.domainSuffix));
        if (gatewaysOf(resource).some((gateway) => gateway !== "mesh")) affected.gateways = true;
        break;
      case "DestinationRule":
        affected.names.add(ruleHost(resource, this.mesh.domainSuffix));
        break;
      case "WorkloadEntry":
        this.#touchEndpoints(namespace, resource.spec.labels ?? {}, affected);
        break;
      case "PeerAuthentication":
        // Endpoints say whether they take mTLS: their services' clusters differ with it.
        affected.inbound.add(namespace === this.mesh.rootNamespace ? "*" : namespace);
        affected.endpointsOf.add(namespace === this.mesh.rootNamespace ? "*" : namespace);
        break;
      case "AuthorizationPolicy":
        affected.inbound.add(namespace === this.mesh.rootNamespace ? "*" : namespace);
        break;
      case "Gateway":
        affected.gateways = true;
        break;
      case "WorkloadGroup":
        // Callers expect its account at its instances.
        for (const instance of this.#instances.values())
          if (instance.namespace === namespace && instance.workload === resource.metadata.name)
            for (const { host } of this.servicesSelecting(namespace, instance.labels)) affected.hosts.add(host);
        break;
    }
  }

  /**
   * What was touched bears on more: a pattern on all that it covers, a host on those that are routed to it. Once for the
   * whole change: it costs the sum of hosts and names, not their product.
   */
  #spread({ names, hosts, endpointsOf }: Touched): void {
    if (endpointsOf.size > 0) {
      for (const { metadata, spec } of this.all("ServiceEntry"))
        if (endpointsOf.has("*") || endpointsOf.has(metadata.namespace)) for (const host of spec.hosts) hosts.add(host);
    }
    if (names.size === 0) return;
    const reached = new Set([...names, ...this.#namedBeside(names)]);
    const patterns = new Set([...names].filter(isWildcard));
    for (const [destination, refs] of this.#routesTo) {
      if (!names.has(destination) && !isCovered(patterns, destination)) continue;
      for (const service of this.#resolve<"VirtualService">(refs))
        for (const short of service.spec.hosts ?? [])
          reached.add(expandHost(short, service.metadata.namespace, this.mesh.domainSuffix));
    }
    for (const host of reached) {
      hosts.add(host);
      if (isWildcard(host)) patterns.add(host);
    }
    if (patterns.size === 0) return;
    for (const host of this.hosts()) if (isCovered(patterns, host)) hosts.add(host);
  }

  /** Names of VirtualServices that are no services: they have the ports of those that are named beside them. */
  #namedBeside(names: ReadonlySet<string>): Set<string> {
    const refs = new Set<string>();
    for (const name of names) {
      for (const ref of this.#virtualServicesByHost.get(name) ?? []) refs.add(ref);
      for (const ref of refsFor(this.#virtualServicesByPattern, name)) refs.add(ref);
    }
    const beside = new Set<string>();
    for (const { spec, metadata } of this.#resolve<"VirtualService">(refs)) {
      for (const short of spec.hosts ?? []) {
        const host = expandHost(short, metadata.namespace, this.mesh.domainSuffix);
        if (!this.#entriesByHost.has(host)) beside.add(host);
      }
    }
    return beside;
  }
}
