import { create } from "@bufbuild/protobuf";
import { compareNames } from "#core/compare-names.ts";
import type { Service } from "#core/model/service.ts";
import { ownAddresses } from "#core/resolve/addresses-of.ts";
import type { Patch } from "#core/resolve/envoy-patches.ts";
import type { EgressPort } from "#core/resolve/sidecar.ts";
import type { LayerChange, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";
import { PlainCell } from "#server/compile/plain-cell.ts";
import type { Cell } from "#server/compile/recorder.ts";
import { makeUnit, type Unit } from "#server/compile/unit.ts";
import { CallerLayers, type CallersPart } from "#server/envoy/caller-layers.ts";
import { clusterFinisher } from "#server/envoy/clusters/cluster-finisher.ts";
import { constantClusters } from "#server/envoy/clusters/constant-clusters.ts";
import { encodeServiceClusters } from "#server/envoy/clusters/encode-service-clusters.ts";
import { serviceClusters } from "#server/envoy/clusters/service-clusters.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import { HostMarks } from "#server/envoy/host-marks.ts";
import { type HostConnections, resolveHostConnections } from "#server/envoy/listeners/captured-connections.ts";
import { type PlannedListener, planCapturedListeners } from "#server/envoy/listeners/captured-listeners.ts";
import { type ProxyTelemetry, telemetryOfCalls } from "#server/envoy/listeners/http-connection-manager.ts";
import { KeptListeners } from "#server/envoy/listeners/kept-listeners.ts";
import { toldOrigins } from "#server/envoy/listeners/requested-log.ts";
import { HTTP_PROXY } from "#server/envoy/names.ts";
import { Patcher } from "#server/envoy/patches/patcher.ts";
import { NO_PATCHES, readPatches } from "#server/envoy/patches/read-patches.ts";
import { buildLookedUpTable, lastVirtualHost } from "#server/envoy/routes/last-virtual-host.ts";
import { buildOutboundTable, placeholderHost, tablesOf } from "#server/envoy/routes/outbound-table.ts";
import { isToldPeer } from "#server/envoy/routes/peer-header.ts";
import { type BuiltVirtualHost, buildVirtualHosts } from "#server/envoy/routes/virtual-hosts.ts";
import { formatScope, type ScopeKey } from "#server/envoy/scope-key.ts";
import { type ScopedReaders, scopedReaders } from "#server/envoy/scoped-reader.ts";

interface Built {
  readonly type: XdsType;
  readonly resource: XdsResource;
}

const SENT: readonly BuiltVirtualHost[] = [];

const removesVirtualHosts = ({ target, operation }: Patch): boolean =>
  target === "VIRTUAL_HOST" && operation === "REMOVE";

/** All that the proxies of one scope need to call anybody: clusters, endpoints, virtual hosts, route configurations. */
export class OutboundScope {
  readonly key: ScopeKey;
  readonly layer: MutableLayer;
  /** Beside it, by where callers are. */
  readonly callers: CallerLayers;
  readonly #world: LayerReader;
  readonly readers: ScopedReaders;
  readonly #hash: Hash;
  /** Route configuration → host → its virtual hosts, where these are written in it; none of those that are sent by themselves. */
  readonly #virtualHosts = new Map<string, Map<string, readonly BuiltVirtualHost[]>>();
  readonly #hostConfigs = new Map<string, Set<string>>();
  readonly #marks = new HostMarks();
  /** Host → where its captured connections go that are not HTTP. */
  readonly #connections = new Map<string, readonly HostConnections[]>();
  #listenerKey: string | undefined;
  /** The listener key that those planned are for. */
  #plannedFor: string | undefined;
  #planned: readonly PlannedListener[] = [];
  /** Lists that are the same are the same object: listeners are kept by them. */
  #plannedWithoutIpv6: readonly PlannedListener[] = [];
  readonly #captured = new KeptListeners<Built>();
  /** Of proxies whose agents do not capture IPv6. */
  readonly #capturedWithoutIpv6 = new KeptListeners<Built>();
  readonly #units = new Map<string, readonly Unit[]>();
  readonly #touchedConfigs = new Set<string>();
  readonly #ports = new PlainCell();
  /** Clusters that are of no host. */
  readonly #constantUnit: Unit;
  /** What is patched of its route configurations. */
  #patches: readonly Patch[] = [];
  readonly #patchUnit: Unit;
  users = 0;

  constructor(key: ScopeKey, world: LayerReader, hash: Hash) {
    this.key = key;
    this.#world = world;
    this.readers = scopedReaders(world, key.namespace, key.sidecar);
    this.#hash = hash;
    this.layer = new MutableLayer(formatScope(key));
    this.callers = new CallerLayers(this.layer.id);
    this.#patchUnit = makeUnit({
      ...{ recorder: world.recorder, layer: this.layer, name: "patches", suspects: () => [] },
      build: () => world.sharedPatches(key.namespace, key.chosenBy),
      install: (patches) => {
        this.#patches = patches;
        for (const name of this.#virtualHosts.keys()) this.#touchedConfigs.add(name);
        if (key.routing === "proxy") this.#touchedConfigs.add(HTTP_PROXY);
        return [];
      },
    });
    this.#patchUnit.rebuild();
    this.#constantUnit = makeUnit({
      ...{ recorder: world.recorder, layer: this.layer, name: "constants", suspects: () => this.#patching() },
      build: () => this.#constants(),
      install: (built) => this.layer.replace("constants", built),
    });
    this.#constantUnit.rebuild();
    if (key.routing === "proxy") this.#touchedConfigs.add(HTTP_PROXY);
    for (const host of world.hosts()) for (const unit of this.appear(host)) unit.rebuild();
    this.settle();
  }

  /** Units for a host that is new; none where it has them. */
  appear(host: string): readonly Unit[] {
    if (this.#units.has(host)) return [];
    const { recorder } = this.#world;
    const suspects = () => [...this.#world.bearingOn(host), ...this.#patching()];
    const layer = this.layer;
    const units = [
      makeUnit({
        ...{ recorder, layer, suspects },
        name: `clusters of ${host}`,
        build: () => this.#buildClusters(host),
        install: ({ built, callers }) => [
          ...layer.replace(`clusters of ${host}`, built),
          ...this.callers.install(host, callers),
        ],
      }),
      makeUnit({
        ...{ recorder, layer, suspects },
        name: `routes of ${host}`,
        build: () => this.#buildRoutes(host),
        install: ({ virtualHosts, encoded }) => {
          this.#enter(host, virtualHosts);
          const changes = layer.replace(`routes of ${host}`, encoded);
          return this.#world.hasHost(host) ? changes : [...changes, ...this.#leave(host)];
        },
      }),
    ];
    if (this.key.routing === "ports")
      units.push(
        makeUnit({
          ...{ recorder, layer, suspects },
          name: `connections to ${host}`,
          build: () => this.#buildConnections(host),
          install: ({ connections, built }) => {
            this.#enterConnections(host, connections);
            return layer.replace(`connections to ${host}`, built);
          },
        }),
      );
    this.#units.set(host, units);
    return units;
  }

  /** Listeners are built from it when all of an edit is in. */
  #enterConnections(host: string, connections: readonly HostConnections[]): void {
    if (connections.length > 0) this.#connections.set(host, connections);
    else if (!this.#connections.delete(host)) return;
    this.#listenerKey = undefined;
  }

  #leave(host: string): LayerChange[] {
    this.#enterConnections(host, []);
    for (const unit of this.#units.get(host) ?? []) unit.end();
    this.#units.delete(host);
    return this.layer.replace(`connections to ${host}`, []);
  }

  /** What its units read is not followed any more. */
  end(): void {
    this.#constantUnit.end();
    this.#patchUnit.end();
    for (const host of [...this.#units.keys()]) this.#leave(host);
  }

  /** Builds the route configurations whose hosts have changed; with virtual hosts of their own, those that begin or end. */
  settle(): LayerChange[] {
    const changes: LayerChange[] = [];
    for (const name of this.#touchedConfigs) {
      const isNeeded = this.#virtualHosts.has(name) || (name === HTTP_PROXY && this.key.routing === "proxy");
      // Its virtual hosts have been built and encoded: what is wrong with one of them has been found there.
      const build = () => (isNeeded ? this.#routeConfig(name) : []);
      changes.push(...this.layer.rebuild(`routes ${name}`, build, () => this.#patching()));
    }
    this.#touchedConfigs.clear();
    return changes;
  }

  /** Touched where the listeners of captured traffic are others; whoever built from them depends on it. */
  get ports(): Cell {
    return this.#ports;
  }

  /** Ports for which there are route configurations. */
  #portNumbers(): number[] {
    return [...this.#virtualHosts.keys()]
      .map(Number)
      .filter((port) => Number.isInteger(port))
      .sort((a, b) => a - b);
  }

  /** What the listeners of captured traffic follow from: the ports, and which of them may have other callers than HTTP's. */
  listenerKey(): string {
    // Asked for every proxy that connects and twice for every edit: kept until a port or what it carries is another.
    this.#listenerKey ??= [
      this.#portNumbers()
        .map((port) => `${port}${this.#marks.format(String(port))}`)
        .join(),
      this.#marks.format(HTTP_PROXY),
      ...(this.#connections.size === 0
        ? []
        : [JSON.stringify(this.#allConnections(), (_, each) => (typeof each === "bigint" ? String(each) : each))]),
    ].join(" ");
    return this.#listenerKey;
  }

  /** In the order of their hosts, whatever the order in which these came. */
  #allConnections(): readonly HostConnections[] {
    return [...this.#connections].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, each]) => each);
  }

  /** What the routes of a port, or of the forward proxy, ask of their listener. */
  needsOf(port: number | typeof HTTP_PROXY): RouteNeeds {
    this.#world.recorder.note(this.#ports);
    const needs = this.#marks.needsOf(String(port));
    return this.key.unknown.kind === "looked-up" ? { ...needs, looksUpHosts: true } : needs;
  }

  /** Refs of those that patch what is here. */
  #patching(): readonly string[] {
    return [...new Set(this.#patches.map(({ resource }) => resource))];
  }

  /** For whoever is building: it depends on what is patched. */
  #patcher(patches = this.#world.sharedPatches(this.key.namespace, this.key.chosenBy)): Patcher {
    const context = this.key.routing === "none" ? "GATEWAY" : "SIDECAR_OUTBOUND";
    return new Patcher(readPatches(patches, context), this.#hash);
  }

  /** Listeners of captured outbound traffic. What they hold follows from the ports and the proxy's workload: replicas share them. */
  capturedListeners(telemetry: ProxyTelemetry, patcher: Patcher): readonly Built[] {
    this.#world.recorder.note(this.#ports);
    const all = this.#plannedListeners();
    const [planned, kept] =
      telemetry.takesIpv6 === true ? [all, this.#captured] : [this.#plannedWithoutIpv6, this.#capturedWithoutIpv6];
    // Whose listeners are patched has them alone.
    if (patcher.patchesListeners)
      return planned.flatMap(({ build, origins }) =>
        patcher.listener(build(telemetry), [...origins, ...toldOrigins(telemetry)]),
      );
    // They are built from nothing else of the proxy than what tells them apart.
    const calls = telemetryOfCalls(telemetry);
    return kept.take(
      planned,
      JSON.stringify(calls),
      ({ build, name, origins }): Built => ({
        type: "LDS",
        resource: encodeResource(ListenerSchema, name, build(calls), [...origins, ...toldOrigins(calls)], this.#hash),
      }),
    );
  }

  #plannedListeners(): readonly PlannedListener[] {
    const key = this.listenerKey();
    if (this.#plannedFor !== key) {
      this.#planned = planCapturedListeners(
        {
          httpPorts: this.#portNumbers(),
          isDetected: (port) => this.#marks.isDetected(String(port)),
          needsOf: (port) => this.needsOf(port),
          unknown: this.key.unknown,
        },
        this.#allConnections(),
      );
      this.#plannedWithoutIpv6 = this.#planned.filter(({ isOfIpv6 }) => !isOfIpv6);
    }
    this.#plannedFor = key;
    return this.#planned;
  }

  /** Of the ports that a Sidecar names those for HTTP that somebody known has: a listener without routes would wait for them. */
  routedPorts(ports: readonly EgressPort[]): readonly EgressPort[] {
    this.#world.recorder.note(this.#ports);
    const known = this.#portNumbers();
    return ports.filter(({ number, isHttp }) => isHttp && known.includes(number));
  }

  #buildConnections(host: string): {
    readonly connections: readonly HostConnections[];
    readonly built: readonly Built[];
  } {
    const patcher = this.#patcher();
    if (!this.#world.hasHost(host)) return { connections: [], built: [] };
    const { connections, tables } = resolveHostConnections(host, this.#connecting());
    return { connections, built: tables.map(({ config, origins }) => patcher.routes(config, origins)) };
  }

  #buildRoutes(host: string): {
    readonly virtualHosts: readonly BuiltVirtualHost[];
    readonly encoded: readonly Built[];
  } {
    const virtualHosts =
      this.key.routing === "none" || !this.#world.hasHost(host) ? [] : buildVirtualHosts(host, this.#context());
    // Inline ones are encoded too: one that cannot be must not come into the table that all share.
    const patcher = this.#patcher();
    const encoded = virtualHosts.flatMap((each) => this.#encodeVirtualHost(each, patcher));
    return { virtualHosts, encoded: this.key.takesVirtualHosts ? encoded : [] };
  }

  #context() {
    const { namespace, labels, routing, hasNames } = this.key;
    const world = this.readers.named;
    return {
      ...{ world, called: this.readers.called, namespace, labels, hasNames },
      ...(routing === "ports"
        ? { addressesOf: (service: Service, port: number) => ownAddresses(world, service, port, this.key) }
        : {}),
      routeConfigs: (port: number) => tablesOf(port, routing, () => this.readers.ports()),
    };
  }

  #connecting() {
    const { namespace, labels, hasNames } = this.key;
    const { captured, beside, called } = this.readers;
    return { world: captured, beside: beside(), called, namespace, labels, hasNames };
  }

  /** Keeps which route configurations hold the host. With virtual hosts of their own a configuration changes only when it begins or ends. */
  #enter(host: string, built: readonly BuiltVirtualHost[]): void {
    const before = this.#hostConfigs.get(host) ?? new Set<string>();
    const after = new Set(built.map(({ routeConfig }) => routeConfig));
    const isInline = !this.key.takesVirtualHosts;
    for (const name of new Set([...before, ...after])) {
      const own = this.#virtualHosts.get(name) ?? new Map<string, readonly BuiltVirtualHost[]>();
      const wasThere = own.size > 0;
      own.delete(host);
      const ofConfig = built.filter(({ routeConfig }) => routeConfig === name);
      // What is sent by itself is encoded, and not asked for again.
      if (after.has(name)) own.set(host, isInline ? ofConfig : SENT);
      if (own.size === 0) this.#virtualHosts.delete(name);
      else this.#virtualHosts.set(name, own);
      const isOther = wasThere !== own.size > 0;
      const isMarkedAnew = this.#marks.enter(name, host, ofConfig);
      if (isOther || isMarkedAnew) this.#listenerKey = undefined;
      if (isInline || isOther) this.#touchedConfigs.add(name);
    }
    if (after.size === 0) this.#hostConfigs.delete(host);
    else this.#hostConfigs.set(host, after);
  }

  #encodeVirtualHost({ routeConfig, name, init, origins }: BuiltVirtualHost, patcher: Patcher): readonly Built[] {
    return patcher.virtualHost(create(VirtualHostSchema, { ...init, name }), origins, routeConfig);
  }

  #routeConfig(name: string): Built[] {
    const { called } = this.readers;
    const isTold = (host: string): boolean => isToldPeer(called, this.key.namespace, host);
    const last = lastVirtualHost(this.key.unknown, this.key.routing === "ports", isTold);
    const own = [...(this.#virtualHosts.get(name)?.values() ?? [])].flat().sort((a, b) => compareNames(a.name, b.name));
    const separate = this.key.takesVirtualHosts;
    const inline = separate ? [] : own.map((each) => ({ ...each.init, name: each.name }));
    const origins = separate ? [] : own.flatMap((each) => each.origins);
    const routes = this.#patcher(this.#patches).routes(buildOutboundTable(name, [...inline, last], separate), origins);
    const mayBeEmpty = !this.#virtualHosts.has(name) || this.#patches.some(removesVirtualHosts);
    if (!separate || !mayBeEmpty) return [routes];
    return [routes, ...new Patcher(NO_PATCHES, this.#hash).virtualHost(placeholderHost(), [], name)];
  }

  /** What all callers of the scope have alike, and what follows from where each is. */
  #buildClusters(host: string): { readonly built: readonly Built[]; readonly callers: CallersPart } {
    const clusters = this.#world.hasHost(host) ? serviceClusters(this.readers.called, host, this.key) : [];
    const finisher = clusterFinisher(this.readers, this.key, host);
    const patcher = this.#patcher();
    const { built, encoders } = encodeServiceClusters(
      clusters,
      finisher,
      (cluster, origins) => patcher.cluster(cluster, origins),
      this.#hash,
    );
    return { built, callers: this.callers.build(encoders) };
  }

  #constants(): Built[] {
    const { routing, unknown } = this.key;
    const clusters = constantClusters(routing, this.#world.settings(), unknown);
    const patcher = this.#patcher();
    const routes =
      routing === "ports" && unknown.kind === "looked-up" ? [patcher.routes(buildLookedUpTable(unknown), [])] : [];
    return [...clusters.flatMap((cluster) => patcher.cluster(cluster, [])), ...routes, ...patcher.addedClusters()];
  }
}
