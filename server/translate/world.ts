import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { type ResolvedRule, resolveDestinationRule, ruleHost } from "#core/resolve/destination-rule.ts";
import { matchesLabels } from "#core/resolve/labels.ts";
import { gatewaysOf, resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { ServicePort } from "#core/resource/spec/service-entry.ts";
import { gatewayIdentities, isGateway } from "#server/translate/gateway-identities.ts";

/** A host that can be called, as one ServiceEntry defines it. */
export interface Service {
  readonly host: string;
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  readonly entry: Resource<"ServiceEntry">;
}

/** What a change touches; everything else stays as it was built. */
export interface Affected {
  readonly hosts: Set<string>;
  /** Namespaces whose workloads' inbound side may differ; "*" for all. */
  readonly inbound: Set<string>;
  /** `namespace/name` of instances that changed. */
  readonly instances: Set<string>;
  gateways: boolean;
}

function addTo<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([value]));
  else known.add(value);
}

function removeFrom<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const known = index.get(key);
  known?.delete(value);
  if (known?.size === 0) index.delete(key);
}

/**
 * What is entered under a pattern that covers `host` ("*", "*.example.com", "*-eu.example.com", the host itself where it
 * is a pattern): a look-up for each of its endings, however many patterns there are.
 */
function patternsFor(byPattern: ReadonlyMap<string, ReadonlySet<string>>, host: string): string[] {
  if (byPattern.size === 0) return [];
  const found: string[] = [...(byPattern.get(host) ?? [])];
  // hostMatches: the host is longer than what follows the asterisk.
  for (let at = isWildcard(host) ? 2 : 1; at <= host.length; at++)
    found.push(...(byPattern.get(`*${host.slice(at)}`) ?? []));
  return found;
}

/** Configuration and registry with the indices that make one edit cost what it touches, not what there is. */
export class World {
  readonly mesh: MeshSettings;
  readonly settings: ProxySettings;
  readonly #resources = new Map<string, AnyResource>();
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #instancesByLabel = new Map<string, Set<string>>();
  /** Host → refs of ServiceEntries that define it. */
  readonly #entriesByHost = new Map<string, Set<string>>();
  readonly #entriesBySelector = new Map<string, Set<string>>();
  readonly #virtualServicesByHost = new Map<string, Set<string>>();
  readonly #virtualServicesByPattern = new Map<string, Set<string>>();
  readonly #rulesByHost = new Map<string, Set<string>>();
  readonly #rulesByPattern = new Map<string, Set<string>>();
  /** Host → VirtualServices whose routes lead to it: they read its ports and its rule. */
  readonly #routesTo = new Map<string, Set<string>>();
  readonly #byKind = new Map<string, Set<string>>();
  #gatewayIdentities: readonly string[];

  constructor(snapshot: Snapshot) {
    this.mesh = snapshot.mesh;
    this.settings = snapshot.mesh.proxies ?? DEFAULT_PROXY_SETTINGS;
    for (const resource of snapshot.resources) this.#add(normalize(resource));
    for (const instance of snapshot.instances) this.#addInstance(instance);
    this.#gatewayIdentities = this.#findGatewayIdentities();
  }

  /** spiffe://… of the workloads that some Gateway selects: they tell truly for whom they call. */
  get gatewayIdentities(): readonly string[] {
    return this.#gatewayIdentities;
  }

  apply(change: SnapshotChange): Affected {
    const affected: Affected = { hosts: new Set(), inbound: new Set(), instances: new Set(), gateways: false };
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
      if (old !== undefined) this.#removeInstance(old);
      this.#addInstance(instance);
      this.#touchInstance(key, affected);
    }
    for (const key of change.instanceDeletes) {
      this.#touchInstance(key, affected);
      const old = this.#instances.get(key);
      gatewaysMoved ||= old !== undefined && isGateway(old, this.all("Gateway"));
      if (old !== undefined) this.#removeInstance(old);
    }
    if (gatewaysMoved) this.#refreshGatewayIdentities(affected);
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

  /** The service at a host as seen from a namespace: its own entry first, then the oldest visible one. */
  service(host: string, fromNamespace: string): Service | undefined {
    const entries = this.#resolve<"ServiceEntry">(this.#entriesByHost.get(host)).filter((entry) =>
      isVisible(entry.spec.exportTo, entry.metadata.namespace, fromNamespace),
    );
    const entry = entries.find(({ metadata }) => metadata.namespace === fromNamespace) ?? entries[0];
    return entry === undefined
      ? undefined
      : { host, namespace: entry.metadata.namespace, ports: entry.spec.ports ?? [], entry };
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
    const refs = new Set(this.#virtualServicesByHost.get(host));
    for (const ref of patternsFor(this.#virtualServicesByPattern, host)) refs.add(ref);
    const services = this.#resolve<"VirtualService">(refs);
    return resolveVirtualServices(services, {
      host,
      fromNamespace,
      gateway,
      domainSuffix: this.mesh.domainSuffix,
    });
  }

  /** What the rules for a host come to for clients in a namespace. */
  destinationRule(host: string, clientNamespace: string, serviceNamespace: string): ResolvedRule | undefined {
    const refs = [...(this.#rulesByHost.get(host) ?? []), ...patternsFor(this.#rulesByPattern, host)];
    const rules = this.#resolve<"DestinationRule">(refs);
    return resolveDestinationRule(rules, { host, clientNamespace, serviceNamespace, mesh: this.mesh });
  }

  all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[] {
    return this.#resolve<K>(this.#byKind.get(kind));
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
      ...patternsFor(this.#virtualServicesByPattern, host),
      ...patternsFor(this.#rulesByPattern, host),
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
      ...patternsFor(this.#rulesByPattern, each),
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

  instance(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key);
  }

  /** Instances of a namespace that carry all of these labels, in order of their names. */
  select(namespace: string, labels: Readonly<Record<string, string>>): readonly WorkloadInstance[] {
    const pairs = Object.entries(labels);
    if (pairs.length === 0) return [];
    const sets = pairs.map(([key, value]) => this.#instancesByLabel.get(`${namespace}|${key}=${value}`));
    if (sets.some((set) => set === undefined)) return [];
    const [smallest] =
      sets.flatMap((set) => set ?? []).length === 0
        ? [undefined]
        : [...sets].sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
    const found = [...(smallest ?? [])].filter((key) => sets.every((set) => set?.has(key))).sort();
    return found.flatMap((key) => this.#instances.get(key) ?? []);
  }

  /** Services that select these labels in their namespace. */
  servicesSelecting(namespace: string, labels: Readonly<Record<string, string>>): readonly Service[] {
    return this.#entriesSelecting(namespace, labels).flatMap((entry) =>
      entry.spec.hosts.map((host) => ({ host, namespace, ports: entry.spec.ports ?? [], entry })),
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
    const { namespace } = resource.metadata;
    if (resource.kind === "ServiceEntry") {
      for (const host of resource.spec.hosts) enter(this.#entriesByHost, host, ref);
      for (const [key, value] of Object.entries(resource.spec.workloadSelector?.labels ?? {}))
        enter(this.#entriesBySelector, `${namespace}|${key}=${value}`, ref);
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

  #addInstance(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.set(key, instance);
    for (const [label, value] of Object.entries(instance.labels))
      addTo(this.#instancesByLabel, `${instance.namespace}|${label}=${value}`, key);
  }

  #removeInstance(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.delete(key);
    for (const [label, value] of Object.entries(instance.labels))
      removeFrom(this.#instancesByLabel, `${instance.namespace}|${label}=${value}`, key);
  }

  #touchInstance(key: string, affected: Affected): void {
    const instance = this.#instances.get(key);
    if (instance === undefined) return;
    affected.instances.add(key);
    for (const { host } of this.servicesSelecting(instance.namespace, instance.labels)) affected.hosts.add(host);
  }

  #touch(resource: AnyResource, affected: Affected): void {
    const { namespace } = resource.metadata;
    switch (resource.kind) {
      case "ServiceEntry":
        for (const host of resource.spec.hosts) this.#touchHost(host, affected);
        affected.inbound.add(namespace);
        break;
      case "VirtualService":
        for (const host of resource.spec.hosts ?? [])
          this.#touchHost(expandHost(host, namespace, this.mesh.domainSuffix), affected);
        if (gatewaysOf(resource).some((gateway) => gateway !== "mesh")) affected.gateways = true;
        break;
      case "DestinationRule":
        this.#touchHost(ruleHost(resource, this.mesh.domainSuffix), affected);
        break;
      case "WorkloadEntry":
        for (const { host } of this.servicesSelecting(namespace, resource.spec.labels ?? {})) affected.hosts.add(host);
        break;
      case "PeerAuthentication":
        // Endpoints say whether they take mTLS: their services' clusters differ with it.
        affected.inbound.add(namespace === this.mesh.rootNamespace ? "*" : namespace);
        for (const entry of this.all("ServiceEntry")) {
          if (namespace === this.mesh.rootNamespace || entry.metadata.namespace === namespace)
            for (const host of entry.spec.hosts) affected.hosts.add(host);
        }
        break;
      case "AuthorizationPolicy":
        affected.inbound.add(namespace === this.mesh.rootNamespace ? "*" : namespace);
        break;
      case "Gateway":
        affected.gateways = true;
        break;
      case "WorkloadGroup":
        break;
    }
  }

  /** A host that was defined, ruled or routed anew: itself, those a pattern covers, and those routed to any of them. */
  #touchHost(host: string, affected: Affected): void {
    this.#addHost(host, affected);
    const destinations = isWildcard(host)
      ? [...this.#routesTo.keys()].filter((each) => hostMatches(host, each))
      : [host];
    for (const destination of destinations) {
      for (const service of this.#resolve<"VirtualService">(this.#routesTo.get(destination))) {
        for (const short of service.spec.hosts ?? [])
          this.#addHost(expandHost(short, service.metadata.namespace, this.mesh.domainSuffix), affected);
      }
    }
  }

  #addHost(host: string, affected: Affected): void {
    affected.hosts.add(host);
    if (!isWildcard(host)) return;
    for (const each of this.hosts()) if (hostMatches(host, each)) affected.hosts.add(each);
  }
}

/** Host names mean the same in either case; what is compared is in one. UDP is not proxied: its ports are as if not there. */
function normalize(resource: AnyResource): AnyResource {
  if (resource.kind !== "ServiceEntry") return resource;
  const { hosts, ports = [] } = resource.spec;
  const lower = [...new Set(hosts.map((host) => host.toLowerCase()))];
  const proxied = ports.filter(({ protocol }) => protocol?.toUpperCase() !== "UDP");
  if (lower.join() === hosts.join() && proxied.length === ports.length) return resource;
  return { ...resource, spec: { ...resource.spec, hosts: lower, ports: proxied } };
}

/** Hosts that a VirtualService sends or copies requests to, as it names them. */
function destinationsOf({ spec }: Resource<"VirtualService">): Set<string> {
  const names = new Set<string>();
  for (const { route = [], mirror, mirrors = [] } of spec.http ?? []) {
    for (const { destination } of [...route, ...mirrors, ...(mirror === undefined ? [] : [{ destination: mirror }])])
      names.add(destination.host);
  }
  for (const { route = [] } of spec.tcp ?? []) for (const { destination } of route) names.add(destination.host);
  return names;
}
