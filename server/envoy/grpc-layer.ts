import { create } from "@bufbuild/protobuf";
import { isWildcard } from "#core/host/host.ts";
import type { Caller } from "#core/resolve/locality-load.ts";
import type { Origin, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import { labelText } from "#server/compile/label-text.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";
import { makeUnit, type Unit } from "#server/compile/unit.ts";
import { CallerLayers, type CallersPart, type EncodeForCaller } from "#server/envoy/caller-layers.ts";
import { ANYWHERE } from "#server/envoy/caller-of.ts";
import {
  buildBlackHole,
  buildGrpcAssignment,
  buildGrpcCluster,
  buildNobody,
  isCallable,
  usesDiscovery,
} from "#server/envoy/clusters/grpc-clusters.ts";
import { type ServiceCluster, serviceClusters } from "#server/envoy/clusters/service-clusters.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import { grpcFilters } from "#server/envoy/features/http-filters.ts";
import { BLACK_HOLE, outboundCluster } from "#server/envoy/names.ts";
import { type Init, pack } from "#server/envoy/pack.ts";
import { adaptRoute } from "#server/envoy/routes/grpc-routes.ts";
import { type BuiltVirtualHost, buildVirtualHosts } from "#server/envoy/routes/virtual-hosts.ts";
import { type ScopedReaders, scopedReaders } from "#server/envoy/scoped-reader.ts";

/** What gRPC clients that share a layer have in common. */
export interface GrpcKey {
  readonly namespace: string;
  /** Labels that some route's sourceLabels ask about, of these clients. */
  readonly labels: Readonly<Record<string, string>>;
  /** Ref of the Sidecar that narrows what they know; undefined where there is none. */
  readonly sidecar: string | undefined;
}

interface Built {
  readonly type: XdsType;
  readonly resource: XdsResource;
}

/** Equal for equal keys, and for no others. */
export function formatGrpcKey({ namespace, labels, sidecar }: GrpcKey): string {
  return [
    ...["grpc", namespace],
    ...(Object.keys(labels).length === 0 ? [] : [labelText(labels)]),
    ...(sidecar === undefined ? [] : [sidecar]),
  ].join("/");
}

/**
 * What applications get that read xDS themselves (proxyless gRPC, node metadata GENERATOR=grpc): for each HTTP port of a
 * host a listener under every `host:port` a target may be written as, its routes, clusters and endpoints.
 *
 * They call in plain text: a service of the mesh that takes mTLS alone refuses them, and so does one to which a
 * DestinationRule asks for TLS. Hosts with a wildcard, services without a port in the target and services without
 * endpoints of their own (resolution NONE) cannot be called.
 */
export class GrpcLayer {
  readonly key: GrpcKey;
  readonly layer: MutableLayer;
  /** Beside it, by where callers are. */
  readonly callers: CallerLayers;
  readonly #world: LayerReader;
  readonly #readers: ScopedReaders;
  readonly #hash: Hash;
  readonly #units = new Map<string, Unit>();
  users = 0;

  constructor(key: GrpcKey, world: LayerReader, hash: Hash) {
    this.key = key;
    this.#world = world;
    this.#readers = scopedReaders(world, key.namespace, key.sidecar);
    this.#hash = hash;
    // A client that is told nothing of a name waits for it, for 15 s or for ever.
    this.layer = new MutableLayer(formatGrpcKey(key), (type, name) =>
      type === "LDS" ? this.#listener(name, NO_SUCH_SERVICE, []) : undefined,
    );
    this.callers = new CallerLayers(this.layer.id);
    this.layer.replace("constants", this.#blackHole());
    for (const host of world.hosts()) for (const unit of this.appear(host)) unit.rebuild();
  }

  /** Units for a host that is new; none where it has them. */
  appear(host: string): readonly Unit[] {
    if (this.#units.has(host)) return [];
    const unit = makeUnit({
      recorder: this.#world.recorder,
      layer: this.layer,
      name: `host ${host}`,
      build: () => this.#host(host),
      install: ({ built, callers }) => {
        if (!this.#world.hasHost(host)) this.#leave(host);
        return [...this.layer.replace(`host ${host}`, built), ...this.callers.install(host, callers)];
      },
      suspects: () => this.#world.bearingOn(host),
    });
    this.#units.set(host, unit);
    return [unit];
  }

  #leave(host: string): void {
    this.#units.get(host)?.end();
    this.#units.delete(host);
  }

  /** What its units read is not followed any more. */
  end(): void {
    for (const host of [...this.#units.keys()]) this.#leave(host);
  }

  #host(host: string): { readonly built: readonly Built[]; readonly callers: CallersPart } {
    if (!this.#world.hasHost(host)) return { built: [], callers: this.callers.build([]) };
    const clusters = serviceClusters(this.#readers.called, host, {
      namespace: this.key.namespace,
      labels: this.key.labels,
      routing: "proxy",
    }).filter(({ input }) => isCallable(input.service));
    const built = clusters.flatMap((each) => {
      // Whole, what is the callers' too: so it is noted what that follows from.
      const whole = this.#cluster(each, ANYWHERE);
      if (!each.dependsOnCaller) return whole;
      return each.isDiscovered ? whole.filter(({ type }) => type === "CDS") : [];
    });
    const encoders = clusters
      .filter(({ dependsOnCaller }) => dependsOnCaller)
      .map(
        (each): EncodeForCaller =>
          (caller) =>
            each.isDiscovered ? [this.#endpoints(each, caller)] : this.#cluster(each, caller),
      );
    return { built: [...built, ...this.#routes(host)], callers: this.callers.build(encoders) };
  }

  #cluster(cluster: ServiceCluster, caller: Caller): readonly Built[] {
    const { input, origins } = cluster;
    const built = buildGrpcCluster(input, caller);
    const own = this.#unit("CDS", ClusterSchema, built, input.name, origins);
    return usesDiscovery(built) ? [own, this.#endpoints(cluster, caller)] : [own];
  }

  #endpoints({ input, endpoints, isDiscovered, origins }: ServiceCluster, caller: Caller): Built {
    const assignment = buildGrpcAssignment(input, isDiscovered ? endpoints : [], caller);
    return this.#unit("EDS", ClusterLoadAssignmentSchema, assignment, input.name, origins);
  }

  #routes(host: string): Built[] {
    if (isWildcard(host)) return [];
    const built = buildVirtualHosts(host, {
      world: this.#readers.named,
      called: this.#readers.called,
      ...this.key,
      routeConfigs: (port) => [{ name: outboundCluster(host, port, ""), portInHost: "required" }],
    });
    return built.flatMap((each): Built[] => {
      const { routeConfig: name, origins } = each;
      const targets = each.init.domains ?? [];
      const config = create(RouteConfigurationSchema, { name, virtualHosts: [this.#virtualHost(each, targets)] });
      return [
        this.#unit("RDS", RouteConfigurationSchema, config, name, origins),
        ...targets.map((target): Built => ({ type: "LDS", resource: this.#listener(target, rdsOf(name), origins) })),
      ];
    });
  }

  /** The table is one host's port alone: it holds for calls with whatever authority. */
  #virtualHost({ name, init }: BuiltVirtualHost, targets: readonly string[]) {
    const { routes } = create(VirtualHostSchema, { routes: init.routes ?? [] });
    const context = { targets, isServed: (cluster: string) => this.#isServed(cluster) };
    return { name, domains: ["*"], routes: routes.flatMap((route) => adaptRoute(route, context) ?? []) };
  }

  /** Whether there is a cluster of this name; asked of the world, for hosts are built one at a time. */
  #isServed(cluster: string): boolean {
    const [, port, subset = "", host = ""] = cluster.split("|");
    const { namespace, labels } = this.key;
    const service = this.#readers.called.service(host, namespace);
    if (service === undefined || !isCallable(service)) return false;
    if (!service.ports.some(({ number }) => String(number) === port)) return false;
    if (subset === "") return true;
    const rule = this.#world.destinationRule(host, namespace, service.namespace, labels);
    return (rule?.subsets ?? []).some(({ name }) => name === subset);
  }

  #listener(name: string, routeSpecifier: RouteSpecifier, origins: readonly Origin[]): XdsResource {
    const listener: Listener = create(ListenerSchema, {
      name,
      apiListener: {
        apiListener: pack(HttpConnectionManagerSchema, {
          routeSpecifier,
          httpFilters: grpcFilters(),
        }),
      },
    });
    return encodeResource(ListenerSchema, name, listener, origins, this.#hash);
  }

  #blackHole(): Built[] {
    return [
      this.#unit("CDS", ClusterSchema, buildBlackHole(), BLACK_HOLE, []),
      this.#unit("EDS", ClusterLoadAssignmentSchema, buildNobody(BLACK_HOLE), BLACK_HOLE, []),
    ];
  }

  #unit<D extends Parameters<typeof encodeResource>[0]>(
    type: XdsType,
    schema: D,
    message: Parameters<typeof encodeResource<D>>[2],
    name: string,
    origins: readonly Origin[],
  ): Built {
    return { type, resource: encodeResource(schema, name, message, origins, this.#hash) };
  }
}

type RouteSpecifier = NonNullable<Init<typeof HttpConnectionManagerSchema>["routeSpecifier"]>;

function rdsOf(routeConfigName: string): RouteSpecifier {
  return {
    case: "rds",
    value: { routeConfigName, configSource: { configSourceSpecifier: { case: "ads", value: {} } } },
  };
}

/** Every call goes nowhere: it fails with UNAVAILABLE at once. Clients wait for a configuration without a route to get one. */
const NO_SUCH_SERVICE: RouteSpecifier = {
  case: "routeConfig",
  value: {
    name: "no-such-service",
    virtualHosts: [
      {
        name: "no-such-service",
        domains: ["*"],
        routes: [
          {
            match: { pathSpecifier: { case: "prefix", value: "" } },
            action: { case: "route", value: { clusterSpecifier: { case: "cluster", value: BLACK_HOLE } } },
          },
        ],
      },
    ],
  },
};
