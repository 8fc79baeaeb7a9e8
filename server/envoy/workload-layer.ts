import type { Diagnostic } from "#core/diagnostic.ts";
import { expandHost } from "#core/host/host.ts";
import { hostForms } from "#core/host/host-forms.ts";
import { mayBeHttp } from "#core/model/protocol.ts";
import { resolveAuthorizers } from "#core/resolve/authorizers.ts";
import type { Patch, PatchContext } from "#core/resolve/envoy-patches.ts";
import { makesGateway } from "#core/resolve/gateway-ports.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import { resolveInboundPorts } from "#core/resolve/inbound-ports.ts";
import { formatRef, type ResourceRef } from "#core/resource/resource.ts";
import type { Origin, ProxyNode, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";
import { makeUnit, type Unit } from "#server/compile/unit.ts";
import { callerOf } from "#server/envoy/caller-of.ts";
import { leadsToItself } from "#server/envoy/clusters/application-address.ts";
import { authorizerClusters } from "#server/envoy/clusters/authorizer-clusters.ts";
import { describeLedBack } from "#server/envoy/clusters/describe-led-back.ts";
import { encodeServiceCluster } from "#server/envoy/clusters/encode-service-cluster.ts";
import { buildInboundCluster } from "#server/envoy/clusters/inbound-cluster.ts";
import { logClusters } from "#server/envoy/clusters/log-clusters.ts";
import { passageClusters } from "#server/envoy/clusters/passage-clusters.ts";
import { spanClusters } from "#server/envoy/clusters/span-clusters.ts";
import { buildCredentialSecrets, type FindMaterial } from "#server/envoy/credential-secrets.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import { moduleClusters } from "#server/envoy/extensions/module-clusters.ts";
import { buildGateway } from "#server/envoy/listeners/gateway-listeners.ts";
import type { ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import {
  buildInboundListener,
  buildInboundRoutes,
  buildVirtualInbound,
  listenerOrigins,
} from "#server/envoy/listeners/inbound-listener.ts";
import { buildForwardProxy } from "#server/envoy/listeners/outbound-listener.ts";
import { egressListeners, explicitListener, type OwnCaller } from "#server/envoy/listeners/own-listeners.ts";
import { toldOrigins } from "#server/envoy/listeners/requested-log.ts";
import { HTTP_PROXY } from "#server/envoy/names.ts";
import type { OutboundScope } from "#server/envoy/outbound-scope.ts";
import { patchedProxy } from "#server/envoy/patches/patched-proxy.ts";
import { Patcher } from "#server/envoy/patches/patcher.ts";
import { readPatches } from "#server/envoy/patches/read-patches.ts";
import { proxyTelemetry } from "#server/envoy/proxy-telemetry.ts";
import { type Standing, standingOf } from "#server/envoy/standing.ts";

interface Built {
  readonly type: XdsType;
  readonly resource: XdsResource;
}

/** With what its listeners of one side are made. */
interface Making {
  readonly patcher: Patcher;
  readonly telemetry: ProxyTelemetry;
}

/** What one proxy holds alone: the listeners that bind its ports, what is behind them, and a gateway's routes. */
export class WorkloadLayer {
  readonly layer: MutableLayer;
  readonly node: ProxyNode;
  readonly scope: OutboundScope;
  readonly #world: LayerReader;
  readonly #hash: Hash;
  readonly #find: FindMaterial;
  diagnostics: readonly Diagnostic[] = [];
  readonly #units: readonly Unit[];

  constructor(node: ProxyNode, scope: OutboundScope, world: LayerReader, hash: Hash, find: FindMaterial) {
    this.node = node;
    this.scope = scope;
    this.#world = world;
    this.#hash = hash;
    this.layer = new MutableLayer(`workload/${node.namespace}/${node.name}${node.takesVirtualHosts ? "" : "/inline"}`);
    this.#find = find;
    this.#units = [
      this.#modulesUnit(),
      ...(node.type === "router" ? [this.#logsUnit(), this.#gatewayUnit()] : this.#sidecarUnits()),
      this.#secretUnit(),
      this.#authorizerUnit(),
    ];
    for (const unit of this.#units) unit.rebuild();
  }

  /** What its units read is not followed any more. */
  end(): void {
    for (const unit of this.#units) unit.end();
  }

  get #standing(): Standing {
    return standingOf(this.#world, this.node);
  }

  get #labels(): Readonly<Record<string, string>> {
    return this.#standing.labels;
  }

  get #name(): string {
    return `of ${this.node.namespace}/${this.node.name}`;
  }

  #sidecarUnits(): Unit[] {
    const { recorder } = this.#world;
    const layer = this.layer;
    const [inbound, outbound] = [`inbound ${this.#name}`, `outbound ${this.#name}`];
    return [
      makeUnit({
        ...{ recorder, layer, name: inbound },
        build: () => (this.#standing.isCallerOnly ? { built: [], diagnostics: [] } : this.#inbound()),
        install: ({ built, diagnostics }) => {
          this.diagnostics = diagnostics;
          return layer.replace(inbound, built);
        },
        suspects: () => this.#ownSuspects(),
      }),
      this.#logsUnit(),
      makeUnit({
        ...{ recorder, layer, name: outbound },
        build: () => this.#outbound(),
        install: (built) => layer.replace(outbound, built),
        suspects: () => [
          ...this.#patches().map(({ resource }) => resource),
          ...this.#world.extensionsFor(this.node.namespace, this.#labels).map(({ resource }) => resource),
          ...this.node.metadata.PHAROS_OUTBOUND.flatMap(({ host }) => this.#world.bearingOn(this.#called(host))),
        ],
      }),
    ];
  }

  /** From where the modules come that it runs. */
  #modulesUnit(): Unit {
    const layer = this.layer;
    const name = `modules ${this.#name}`;
    return makeUnit({
      ...{ recorder: this.#world.recorder, layer, name },
      build: () =>
        moduleClusters(this.#world.extensionsFor(this.node.namespace, this.#labels)).map(
          ({ cluster, origins }): Built => ({
            type: "CDS",
            resource: encodeResource(ClusterSchema, cluster.name, cluster, origins, this.#hash),
          }),
        ),
      install: (built) => layer.replace(name, built),
      suspects: () => this.#ownSuspects(),
    });
  }

  /** How those are reached who are told about its requests. */
  #logsUnit(): Unit {
    const layer = this.layer;
    const name = `logs ${this.#name}`;
    return makeUnit({
      ...{ recorder: this.#world.recorder, layer, name },
      build: () => {
        const { namespace, metadata } = this.node;
        const caller = { ...this.node, labels: this.#labels };
        const { client, server } = this.#world.accessLogsFor(namespace, this.#labels);
        const traced = metadata.PHAROS_TRACING ? this.#world.tracingFor(namespace, this.#labels) : undefined;
        return [
          ...logClusters(this.#world, [...client, ...server], caller),
          ...(traced === undefined ? [] : spanClusters(this.#world, traced, caller)),
        ].flatMap((cluster) => encodeServiceCluster(cluster, callerOf(this.#world, this.node), this.#hash));
      },
      install: (built) => layer.replace(name, built),
      suspects: () => this.#ownSuspects(),
    });
  }

  /** What stands in its namespace and in the root namespace. */
  #ownSuspects(): readonly string[] {
    const namespaces = [this.node.namespace, this.#world.mesh.rootNamespace];
    return this.#world.refs().filter((ref) => namespaces.includes(ref.split("/")[1] ?? ""));
  }

  #gatewayUnit(): Unit {
    const name = `gateway ${this.#name}`;
    return makeUnit({
      recorder: this.#world.recorder,
      layer: this.layer,
      name,
      build: () => this.#gateway(),
      install: ({ built, diagnostics }) => {
        this.diagnostics = diagnostics;
        return this.layer.replace(name, built);
      },
      suspects: () => this.#world.refs(),
    });
  }

  /** Certificates and keys: a renewed one is built and sent by itself. */
  #secretUnit(): Unit {
    const name = `credentials ${this.#name}`;
    return makeUnit({
      recorder: this.#world.recorder,
      layer: this.layer,
      name,
      build: () => this.#secrets(),
      install: (built) => this.layer.replace(name, built),
      suspects: () => this.#world.refs(),
    });
  }

  /** None for whoever has shown no certificate. Its registered labels say what it is: a Gateway's, or those of whom a rule is for. */
  #secrets(): Built[] {
    const { isCallerOnly, labels } = this.#standing;
    if (isCallerOnly || this.node.isBounded !== true) return [];
    const { namespace, type } = this.node;
    const isGateway = type === "router" && makesGateway(this.#world.gatewaysFor(labels));
    return buildCredentialSecrets(this.#world, { namespace, labels, isGateway }, this.#find, this.#hash).map(
      (resource) => ({
        type: "SDS",
        resource,
      }),
    );
  }

  #gateway(): { readonly built: readonly Built[]; readonly diagnostics: readonly Diagnostic[] } {
    if (this.#standing.isCallerOnly) return { built: [], diagnostics: [] };
    const making = this.#making("GATEWAY");
    const { patcher, telemetry } = making;
    const labels = this.#labels;
    const { listeners, routes, passages, diagnostics } = buildGateway(this.#world, this.node, labels, telemetry);
    const built = [
      ...passageClusters(this.#world, passages, { namespace: this.node.namespace, labels }).flatMap((cluster) =>
        encodeServiceCluster(cluster, callerOf(this.#world, this.node), this.#hash),
      ),
      ...listeners.flatMap(({ port, listener, origins }) => this.#listener(making, listener, origins, [port])),
      ...routes.map(({ config, origins }) => patcher.routes(config, origins, { isGateway: true })),
      ...patcher.addedListeners(),
    ];
    return { built, diagnostics };
  }

  #inbound(): {
    readonly built: readonly Built[];
    readonly diagnostics: readonly Diagnostic[];
  } {
    const { node } = this;
    const world = this.#world;
    const labels = this.#labels;
    const making = this.#making("SIDECAR_INBOUND");
    const { patcher, telemetry } = making;
    const context = { world, node, labels, telemetry };
    const named = node.metadata.PHAROS_INBOUND;
    const ports = resolveInboundPorts(world, { namespace: node.namespace, labels, named });
    const origins = listenerOrigins(context, ports);
    const isCaptured = node.metadata.INTERCEPTION_MODE !== "NONE";
    const bound = ports.filter(({ ingress }) => !isCaptured || ingress?.isBound === true);
    const captured = ports.filter((port) => !bound.includes(port));
    const hosts = patcher.patchesClusters
      ? world.servicesSelecting(node.namespace, labels).map(({ host }) => host)
      : [];
    const built = [
      ...(isCaptured ? this.#listener(making, buildVirtualInbound(captured, context), origins) : []),
      ...bound.flatMap((port) => this.#listener(making, buildInboundListener(port, context), origins, [port.appPort])),
      ...ports
        .filter(({ protocol }) => mayBeHttp(protocol))
        .map((port) => buildInboundRoutes(port, context))
        .map((routes) => patcher.routes(routes.config, routes.origins)),
      ...ports.flatMap((port) => {
        const cluster = buildInboundCluster(
          port,
          { address: node.address, isBound: bound.includes(port) },
          world.settings(),
        );
        return patcher.cluster(cluster, port.sources.map(originOf), hosts);
      }),
      ...patcher.addedClusters(true),
      ...patcher.addedListeners(true),
    ];
    const closed = bound.filter((port) => leadsToItself(port, node.address));
    return { built, diagnostics: closed.flatMap((port) => describeLedBack(port, node)) };
  }

  /** How those are reached whom its policies have asked; apart, for their instances come and go more often than policies. */
  #authorizerUnit(): Unit {
    const name = `authorizers ${this.#name}`;
    const { namespace } = this.node;
    const asked = () =>
      this.#standing.isCallerOnly
        ? []
        : resolveAuthorizers(this.#world, readGuards(this.#world.policiesOver(namespace, this.#labels)));
    return makeUnit({
      ...{ recorder: this.#world.recorder, layer: this.layer, name },
      build: () =>
        authorizerClusters(this.#world, asked(), { ...this.node, labels: this.#labels }).flatMap((cluster) =>
          encodeServiceCluster(cluster, callerOf(this.#world, this.node), this.#hash),
        ),
      install: (built) => this.layer.replace(name, built),
      suspects: () => [
        ...this.#ownSuspects(),
        ...asked().flatMap(({ service }) => this.#world.bearingOn(service.host)),
      ],
    });
  }

  #outbound(): Built[] {
    const { metadata } = this.node;
    const making = this.#making("SIDECAR_OUTBOUND");
    const { patcher, telemetry } = making;
    const explicit = metadata.PHAROS_OUTBOUND.flatMap((each) => this.#explicit(each, making));
    const { looksUpHosts } = this.scope.needsOf(HTTP_PROXY);
    const proxy =
      metadata.HTTP_PROXY_PORT === undefined || this.scope.key.routing !== "proxy"
        ? []
        : this.#listener(making, buildForwardProxy(metadata.HTTP_PROXY_PORT, telemetry, { looksUpHosts }), []);
    explicit.push(...this.#egressPorts(making), ...patcher.addedListeners());
    if (metadata.INTERCEPTION_MODE === "NONE") return [...proxy, ...explicit];
    // A port that its Sidecar binds at all addresses takes what is captured to it too.
    const bound = new Set(explicit.flatMap(({ type, resource }) => (type === "LDS" ? resource.name : [])));
    const captured = this.scope
      .capturedListeners(telemetry, patcher)
      .filter(({ resource }) => !bound.has(resource.name));
    return [...captured, ...proxy, ...explicit];
  }

  /** Listeners of the ports that its Sidecar names, where traffic does not come to them by itself. */
  #egressPorts(making: Making): Built[] {
    const { namespace, metadata } = this.node;
    const isCaptured = metadata.INTERCEPTION_MODE !== "NONE";
    const taken = new Set([metadata.HTTP_PROXY_PORT, ...metadata.PHAROS_OUTBOUND.map(({ bindPort }) => bindPort)]);
    const bound = this.#world
      .egressPorts(namespace, this.#labels)
      .filter(({ isBound, number }) => (isBound || !isCaptured) && !taken.has(number));
    return egressListeners(this.scope, bound, this.#caller(making)).flatMap(({ listener, origins }) =>
      this.#listener(making, listener, origins),
    );
  }

  #caller({ telemetry }: Making): OwnCaller {
    return { namespace: this.node.namespace, labels: this.#labels, telemetry };
  }

  /** The service that a name means where the proxy is, short or whole, as its application would write it. */
  #called(written: string): string {
    const { namespace } = this.node;
    const { domainSuffix } = this.#world.mesh;
    return (
      hostForms(written, namespace, domainSuffix).find((form) => this.#world.service(form, namespace) !== undefined) ??
      expandHost(written, namespace, domainSuffix)
    );
  }

  #explicit({ host, port, bindPort }: ProxyNode["metadata"]["PHAROS_OUTBOUND"][number], making: Making): Built[] {
    const asked = { host: this.#called(host), port, bindPort };
    const { listener, origins, routes } = explicitListener(this.scope.readers, asked, this.#caller(making));
    return [
      ...this.#listener(making, listener, origins, [port]),
      ...(routes === undefined ? [] : [making.patcher.routes(routes.config, routes.origins, { ports: [port] })]),
    ];
  }

  #patches(): readonly Patch[] {
    return this.#world.patchesFor(patchedProxy(this.node, this.#standing));
  }

  /** For whoever is building: it depends on what is patched and what is to be told. */
  #making(context: PatchContext): Making {
    const patches = readPatches(this.#patches(), context);
    const extensions = this.#world.extensionsFor(this.node.namespace, this.#labels);
    const side = context === "SIDECAR_INBOUND" ? "SERVER" : "CLIENT";
    return {
      patcher: new Patcher(patches, this.#hash, { side, extensions }),
      telemetry: proxyTelemetry(this.#world, this.node, this.#standing),
    };
  }

  #listener(
    { patcher, telemetry }: Making,
    listener: Listener,
    origins: readonly Origin[],
    ports: readonly number[] = [],
  ): Built[] {
    // Whoever asks for a log is told where it cannot be written.
    return [...patcher.listener(listener, [...origins, ...toldOrigins(telemetry)], ports)];
  }
}

function originOf(source: ResourceRef): Origin {
  return { resource: formatRef(source) };
}
