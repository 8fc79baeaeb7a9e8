import { create } from "@bufbuild/protobuf";
import type { Endpoint } from "#core/model/endpoint.ts";
import { isFoundByCall, type Service } from "#core/model/service.ts";
import type { Caller } from "#core/resolve/locality-load.ts";
import { type LoadBalancer, ringSizeOf } from "#core/resolve/traffic-settings.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { LocalitySchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { buildCluster, type ClusterInput } from "#server/envoy/clusters/build-cluster.ts";
import { buildLoadAssignment } from "#server/envoy/clusters/load-assignment.ts";
import { BLACK_HOLE } from "#server/envoy/names.ts";

/** The largest that gRPC clients accept (gRFC A42). */
const RING_SIZE_MAX = 8_388_608;

/** gRPC clients know clusters with endpoints, and DNS names; none for which each call says where it goes. */
export function isCallable({ resolution }: Service): boolean {
  return !isFoundByCall(resolution);
}

/** A cluster without what gRPC clients refuse: other transport sockets than their own, other balancers, several DNS names. */
export function buildGrpcCluster(input: ClusterInput, caller: Caller): Cluster {
  const { service } = input;
  const { tunnel: _, proxyProtocol: __, ...policy } = input.policy;
  const build = (resolved: Service): Cluster =>
    buildCluster(
      {
        ...input,
        service: resolved,
        policy: { ...policy, tls: { mode: "DISABLE" }, loadBalancer: adaptBalancer(policy.loadBalancer) },
      },
      caller,
    );
  const cluster = build(service.resolution === "dns" ? { ...service, resolution: "dns-round-robin" } : service);
  // A name to look up there is only where something is selected or written; gRPC clients refuse a cluster without one.
  return cluster.loadAssignment?.endpoints.every(({ lbEndpoints }) => lbEndpoints.length === 0)
    ? build({ ...service, resolution: "static" })
    : cluster;
}

/** Whether its endpoints are a resource of their own. */
export function usesDiscovery({ clusterDiscoveryType }: Cluster): boolean {
  return clusterDiscoveryType.case === "type" && clusterDiscoveryType.value === Cluster_DiscoveryType.EDS;
}

/** Round robin, or a ring where the rule hashes. */
function adaptBalancer(loadBalancer: LoadBalancer | undefined): LoadBalancer {
  const hash = loadBalancer?.consistentHash;
  if (hash === undefined) return { simple: "ROUND_ROBIN" };
  const { maglev: _, minimumRingSize: __, ...hashed } = hash;
  const size = ringSizeOf(hash);
  const ring = size === undefined ? {} : { ringHash: { minimumRingSize: Math.min(size, RING_SIZE_MAX) } };
  return { consistentHash: { ...hashed, ...ring } };
}

/** Endpoints as gRPC clients take them: addresses only, each once, in localities that have a weight; these they always weigh. */
export function buildGrpcAssignment(
  input: Pick<ClusterInput, "name" | "policy" | "settings">,
  endpoints: readonly Endpoint[],
  caller: Caller,
): ClusterLoadAssignment {
  const callable = new Map(
    endpoints
      .filter(({ address }) => isIpAddress(address))
      .map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint]),
  );
  const assignment = buildLoadAssignment(input, [...callable.values()], caller);
  for (const group of assignment.endpoints) {
    group.locality ??= create(LocalitySchema);
    const total = group.lbEndpoints.reduce((sum, { loadBalancingWeight = 1 }) => sum + loadBalancingWeight, 0);
    group.loadBalancingWeight ??= assignment.endpoints.length === 1 ? 1 : Math.max(1, total);
  }
  return assignment;
}

/** Endpoints of whom there are none. */
export function buildNobody(name: string): ClusterLoadAssignment {
  const group = { locality: {}, loadBalancingWeight: 1 };
  return create(ClusterLoadAssignmentSchema, { clusterName: name, endpoints: [group] });
}

/** Where calls fail: its endpoints, of which there are none, are known. */
export function buildBlackHole(): Cluster {
  return create(ClusterSchema, {
    name: BLACK_HOLE,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: { configSourceSpecifier: { case: "ads", value: {} } } },
  });
}
