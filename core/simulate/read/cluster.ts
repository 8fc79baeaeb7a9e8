import type { Cluster, Endpoint } from "#core/simulate/cluster.ts";
import { openAny } from "#core/simulate/read/open-any.ts";
import { readClientTls } from "#core/simulate/read/transport-socket.ts";
import { namedAddresses } from "#core/xds/names-metadata.ts";
import {
  Cluster_LbPolicy as Balancer,
  type Cluster as ClusterMessage,
  Cluster_DiscoveryType as Discovery,
} from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HealthStatus } from "#proto/gen/envoy/config/core/v3/health_check_pb.js";
import type { LbEndpoint } from "#proto/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import type { ClusterLoadAssignment } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";

const DISCOVERY = {
  [Discovery.STATIC]: "static",
  [Discovery.STRICT_DNS]: "strict-dns",
  [Discovery.LOGICAL_DNS]: "logical-dns",
  [Discovery.EDS]: "eds",
  [Discovery.ORIGINAL_DST]: "original-dst",
} as const;
const BALANCER: Readonly<Partial<Record<Balancer, Cluster["balancer"]>>> = {
  [Balancer.ROUND_ROBIN]: "round-robin",
  [Balancer.LEAST_REQUEST]: "least-request",
  [Balancer.RANDOM]: "random",
  [Balancer.RING_HASH]: "ring-hash",
  [Balancer.MAGLEV]: "maglev",
  [Balancer.CLUSTER_PROVIDED]: "cluster-provided",
};
/** Envoy's, where nothing else is said. */
const PANIC_PERCENT = 50;
const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

export function readCluster(cluster: ClusterMessage): Cluster {
  const { clusterDiscoveryType: type, commonLbConfig } = cluster;
  return {
    name: cluster.name,
    discovery: readDiscovery(type),
    addresses: namedAddresses(cluster.metadata),
    endpointsName: cluster.edsClusterConfig?.serviceName || cluster.name,
    endpoints: cluster.loadAssignment === undefined ? [] : readEndpoints(cluster.loadAssignment),
    balancer: readBalancer(cluster),
    weighsLocalities: commonLbConfig?.localityConfigSpecifier.case === "localityWeightedLbConfig",
    panicPercent: commonLbConfig?.healthyPanicThreshold?.value ?? PANIC_PERCENT,
    sockets: cluster.transportSocketMatches.map(({ name, match, transportSocket }, index) => ({
      name,
      index,
      match: new Map(Object.entries(match ?? {}).map(([key, value]) => [key, String(value)])),
      socket: readClientTls(transportSocket),
    })),
    socket: readClientTls(cluster.transportSocket),
    speaks: readProtocol(cluster),
  };
}

const BY_CALL = "envoy.clusters.dynamic_forward_proxy";

function readDiscovery(type: ClusterMessage["clusterDiscoveryType"]): Cluster["discovery"] {
  if (type.case === "clusterType" && type.value.name === BY_CALL) return "by-call";
  return type.case === "type" ? DISCOVERY[type.value] : "static";
}

const BY_UTILIZATION = "envoy.load_balancing_policies.client_side_weighted_round_robin";

/** A policy that is an extension counts in the place of the one that is not. */
function readBalancer({ lbPolicy, loadBalancingPolicy }: ClusterMessage): Cluster["balancer"] {
  const isByUtilization = loadBalancingPolicy?.policies.some(
    ({ typedExtensionConfig }) => typedExtensionConfig?.name === BY_UTILIZATION,
  );
  return isByUtilization === true ? "utilization" : (BALANCER[lbPolicy] ?? "round-robin");
}

function readProtocol({ typedExtensionProtocolOptions }: ClusterMessage): Cluster["speaks"] {
  const options = openAny(
    HttpProtocolOptionsSchema,
    typedExtensionProtocolOptions[HTTP_OPTIONS],
  )?.upstreamProtocolOptions;
  if (options?.case === "useDownstreamProtocolConfig") return "as-called";
  const isHttp2 =
    options?.case === "explicitHttpConfig" && options.value.protocolConfig.case === "http2ProtocolOptions";
  return isHttp2 ? "h2" : "http/1.1";
}

export function readEndpoints({ endpoints }: ClusterLoadAssignment): Endpoint[] {
  return endpoints.flatMap(({ locality, lbEndpoints, loadBalancingWeight, priority }) => {
    const place = [locality?.region, locality?.zone, locality?.subZone].filter(Boolean).join("/");
    return lbEndpoints.map((each): Endpoint => {
      const metadata = each.metadata?.filterMetadata;
      const workload = metadata?.istio?.workload;
      return {
        ...readAddress(each),
        weight: each.loadBalancingWeight ?? 1,
        health: readHealth(each.healthStatus),
        priority,
        locality: place,
        localityWeight: loadBalancingWeight ?? 0,
        workload: typeof workload === "string" ? workload : undefined,
        socketMatch: new Map(
          Object.entries(metadata?.["envoy.transport_socket_match"] ?? {}).map(([key, value]) => [key, String(value)]),
        ),
      };
    });
  });
}

function readAddress({ hostIdentifier }: LbEndpoint): Pick<Endpoint, "address" | "port"> {
  const address = hostIdentifier.case === "endpoint" ? hostIdentifier.value.address?.address : undefined;
  if (address?.case === "pipe") return { address: address.value.path, port: 0 };
  if (address?.case !== "socketAddress") return { address: "", port: 0 };
  const { address: host, portSpecifier } = address.value;
  return { address: host, port: portSpecifier.case === "portValue" ? portSpecifier.value : 0 };
}

function readHealth(status: HealthStatus): Endpoint["health"] {
  if (status === HealthStatus.HEALTHY || status === HealthStatus.UNKNOWN) return "healthy";
  return status === HealthStatus.DEGRADED ? "degraded" : "unhealthy";
}
