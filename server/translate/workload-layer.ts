import { create } from "@bufbuild/protobuf";
import type { Diagnostic } from "#core/diagnostic.ts";
import { hostMatches } from "#core/host/host.ts";
import type { LayerChange, Origin, ProxyNode, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import type { Affected } from "#server/translate/affected.ts";
import { REQUEST_BUFFER_BYTES } from "#server/translate/build-retries.ts";
import { buildDefaultRoute, buildTcpClusters, DIRECT_RESPONSE_BYTES_MAX } from "#server/translate/build-routes.ts";
import { encodeResource, type Hash } from "#server/translate/encode.ts";
import { describeWorkload } from "#server/translate/endpoints.ts";
import { buildGateway } from "#server/translate/gateway-listeners.ts";
import type { ProxyTelemetry } from "#server/translate/http-connection-manager.ts";
import { buildInboundCluster } from "#server/translate/inbound-cluster.ts";
import {
  buildInboundListener,
  buildInboundRoutes,
  buildVirtualInbound,
  listenerOrigins,
} from "#server/translate/inbound-listener.ts";
import { inboundPorts } from "#server/translate/inbound-ports.ts";
import { MutableLayer } from "#server/translate/mutable-layer.ts";
import { outboundCluster } from "#server/translate/names.ts";
import {
  buildExplicitHttp,
  buildExplicitTcp,
  buildForwardProxy,
  type TcpTarget,
} from "#server/translate/outbound-listener.ts";
import type { OutboundScope } from "#server/translate/outbound-scope.ts";
import { mayBeHttp, protocolOf } from "#server/translate/protocol.ts";
import { type Standing, standingOf } from "#server/translate/standing.ts";
import { tcpSettings } from "#server/translate/tcp-settings.ts";
import { firstWithRoutes, originsOf } from "#server/translate/virtual-hosts.ts";
import type { World } from "#server/translate/world.ts";

interface Unit {
  readonly type: XdsType;
  readonly resource: XdsResource;
}

/** What one proxy holds alone: the listeners that bind its ports, what is behind them, and a gateway's routes. */
export class WorkloadLayer {
  readonly layer: MutableLayer;
  readonly node: ProxyNode;
  readonly scope: OutboundScope;
  readonly #world: World;
  readonly #hash: Hash;
  diagnostics: readonly Diagnostic[] = [];

  constructor(node: ProxyNode, scope: OutboundScope, world: World, hash: Hash) {
    this.node = node;
    this.scope = scope;
    this.#world = world;
    this.#hash = hash;
    this.layer = new MutableLayer(`workload/${node.namespace}/${node.name}${node.takesVirtualHosts ? "" : "/inline"}`);
    this.#build();
  }

  /** Builds anew if the change bears on this proxy; returns only what differs. */
  rebuild(affected: Affected, portsChanged: boolean): LayerChange[] {
    const { namespace, name, type, metadata } = this.node;
    const isTouched =
      affected.inbound.has("*") ||
      affected.inbound.has(namespace) ||
      affected.instances.has(`${namespace}/${name}`) ||
      (type === "router" && (affected.gateways || affected.hosts.size > 0)) ||
      // The rules for a service hold at its own workloads too.
      (affected.hosts.size > 0 &&
        this.#world.servicesSelecting(namespace, this.#labels).some(({ host }) => affected.hosts.has(host))) ||
      (portsChanged && metadata.INTERCEPTION_MODE === "REDIRECT") ||
      metadata.PHAROS_OUTBOUND.some(({ host }) => [...affected.hosts].some((pattern) => hostMatches(pattern, host)));
    return isTouched ? this.#build() : [];
  }

  get #standing(): Standing {
    return standingOf(this.#world, this.node);
  }

  get #labels(): Readonly<Record<string, string>> {
    return this.#standing.labels;
  }

  #telemetry(): ProxyTelemetry {
    const { node } = this;
    const { labels, workload } = this.#standing;
    return {
      workload: describeWorkload(workload, node.namespace, labels),
      accessLog: node.metadata.PHAROS_ACCESS_LOG,
      traceSampling: node.metadata.PHAROS_TRACING ? this.#world.mesh.traceSampling : 0,
      settings: this.#world.settings,
    };
  }

  #build(): LayerChange[] {
    const name = `of ${this.node.namespace}/${this.node.name}`;
    const { isCallerOnly } = this.#standing;
    if (this.node.type === "router" && isCallerOnly) {
      this.diagnostics = [];
      return this.layer.replace(`gateway ${name}`, []);
    }
    if (this.node.type === "router") return this.#buildRouter(`gateway ${name}`);
    return [
      ...this.layer.rebuild(
        `inbound ${name}`,
        () => (isCallerOnly ? [] : this.#inbound(this.#telemetry())),
        () => this.#ownSuspects(),
      ),
      ...this.layer.rebuild(
        `outbound ${name}`,
        () => this.#outbound(this.#telemetry()),
        () => this.node.metadata.PHAROS_OUTBOUND.flatMap(({ host }) => this.#world.bearingOn(host)),
      ),
    ];
  }

  /** Policies, services and rules of its namespace and of the root namespace. */
  #ownSuspects(): readonly string[] {
    const namespaces = [this.node.namespace, this.#world.mesh.rootNamespace];
    return (["AuthorizationPolicy", "PeerAuthentication", "ServiceEntry", "DestinationRule"] as const)
      .flatMap((kind) => this.#world.refs(kind))
      .filter((ref) => namespaces.includes(ref.split("/")[1] ?? ""));
  }

  #buildRouter(unit: string): LayerChange[] {
    const build = () => {
      const built = buildGateway(this.#world, this.node, this.#labels, this.#telemetry());
      const units = [
        ...built.listeners.map(({ listener, origins }) => this.#listener(listener, origins)),
        ...built.routes.map(({ config, origins }) => this.#routes(config, origins)),
      ];
      return { units, diagnostics: built.diagnostics };
    };
    const kinds = ["DestinationRule", "VirtualService", "AuthorizationPolicy", "Gateway", "ServiceEntry"] as const;
    const made = this.layer.attempt(unit, build, () => kinds.flatMap((kind) => this.#world.refs(kind)));
    if (made === undefined) return [];
    this.diagnostics = made.diagnostics;
    return this.layer.replace(unit, made.units);
  }

  #inbound(telemetry: ProxyTelemetry): Unit[] {
    const { node } = this;
    const world = this.#world;
    const labels = this.#labels;
    const context = { world, node, labels, telemetry };
    const ports = inboundPorts(world, node, labels);
    const origins = listenerOrigins(context, ports);
    const listeners =
      node.metadata.INTERCEPTION_MODE === "NONE"
        ? ports.map((port) => buildInboundListener(port, context))
        : [buildVirtualInbound(ports, context)];
    return [
      ...listeners.map((listener) => this.#listener(listener, origins)),
      ...ports
        .filter(({ protocol }) => mayBeHttp(protocol))
        .map((port) => buildInboundRoutes(port, context))
        .map((routes) => this.#routes(routes.config, routes.origins)),
      ...ports.map((port): Unit => {
        const cluster = buildInboundCluster(port);
        const resource = encodeResource(ClusterSchema, cluster.name, cluster, port.origins, this.#hash);
        return { type: "CDS", resource };
      }),
    ];
  }

  #outbound(telemetry: ProxyTelemetry): Unit[] {
    const { metadata } = this.node;
    const explicit = metadata.PHAROS_OUTBOUND.flatMap((each) => this.#explicit(each, telemetry));
    const proxy =
      metadata.HTTP_PROXY_PORT === undefined || this.scope.key.routing !== "proxy"
        ? []
        : [this.#listener(buildForwardProxy(metadata.HTTP_PROXY_PORT, telemetry), [])];
    if (metadata.INTERCEPTION_MODE === "NONE") return [...proxy, ...explicit];
    return [...this.scope.capturedListeners(telemetry), ...proxy, ...explicit];
  }

  #explicit(
    { host, port, bindPort }: ProxyNode["metadata"]["PHAROS_OUTBOUND"][number],
    telemetry: ProxyTelemetry,
  ): Unit[] {
    const world = this.#world;
    const { namespace } = this.node;
    const service = world.service(host, namespace);
    const declared = service?.ports.find(({ number }) => number === port);
    const virtualServices = world.virtualServices(host, namespace, "mesh");
    const context = { world, namespace, gateway: "mesh", port, labels: this.#labels };
    const protocol = declared === undefined ? "http" : protocolOf(declared);
    const tcpService = virtualServices.find(({ spec }) => (spec.tcp ?? []).length > 0);
    const tcp: TcpTarget = {
      clusters:
        tcpService === undefined
          ? [{ name: outboundCluster(host, port, ""), weight: 1 }]
          : buildTcpClusters(tcpService, context),
      settings: tcpSettings(host, tcpService, context),
    };
    const tcpOrigins = tcpService === undefined ? [] : originsOf(tcpService);
    if (!mayBeHttp(protocol)) return [this.#listener(buildExplicitTcp(bindPort, tcp, telemetry), tcpOrigins)];
    const used = firstWithRoutes(virtualServices, context);
    const routes = used?.routes ?? [buildDefaultRoute(world, namespace, host, port)];
    const origins = used === undefined ? [] : originsOf(used.service);
    const name = `${host}:${port}`;
    const config = create(RouteConfigurationSchema, {
      name,
      virtualHosts: [
        {
          name,
          domains: ["*"],
          routes,
          includeRequestAttemptCount: true,
          requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
        },
      ],
      validateClusters: false,
      maxDirectResponseBodySizeBytes: DIRECT_RESPONSE_BYTES_MAX,
    });
    const otherwise = protocol === "auto" ? tcp : undefined;
    return [
      this.#listener(
        buildExplicitHttp(bindPort, name, telemetry, otherwise),
        otherwise === undefined ? [] : tcpOrigins,
      ),
      this.#routes(config, origins),
    ];
  }

  #routes(config: RouteConfiguration, origins: readonly Origin[]): Unit {
    return {
      type: "RDS",
      resource: encodeResource(RouteConfigurationSchema, config.name, config, origins, this.#hash),
    };
  }

  #listener(listener: Listener, origins: readonly Origin[]): Unit {
    return { type: "LDS", resource: encodeResource(ListenerSchema, listener.name, listener, origins, this.#hash) };
  }
}
