import type { Caller } from "#core/resolve/locality-load.ts";
import type { XdsResource } from "#core/xds/layer.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { buildCluster } from "#server/envoy/clusters/build-cluster.ts";
import { buildLoadAssignment } from "#server/envoy/clusters/load-assignment.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";

/** A cluster for Envoy as `caller` calls it, with its endpoints where they go over EDS. */
export function encodeServiceCluster(
  { input, endpoints, isDiscovered, origins }: ServiceCluster,
  caller: Caller,
  hash: Hash,
  finish: (cluster: Cluster) => Cluster = (cluster) => cluster,
): { readonly type: "CDS" | "EDS"; readonly resource: XdsResource }[] {
  const { name } = input;
  const resource = encodeResource(ClusterSchema, name, finish(buildCluster(input, caller)), origins, hash);
  if (!isDiscovered) return [{ type: "CDS", resource }];
  const assignment = buildLoadAssignment(input, endpoints, caller);
  return [
    { type: "CDS", resource },
    { type: "EDS", resource: encodeResource(ClusterLoadAssignmentSchema, name, assignment, origins, hash) },
  ];
}
