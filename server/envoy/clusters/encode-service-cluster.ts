import type { Caller } from "#core/resolve/locality-load.ts";
import type { Origin, XdsResource } from "#core/xds/layer.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { buildCluster } from "#server/envoy/clusters/build-cluster.ts";
import { buildLoadAssignment } from "#server/envoy/clusters/load-assignment.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";

interface Encoded {
  readonly type: "CDS" | "EDS";
  readonly resource: XdsResource;
  /** Its origins take it away from those who would hold it. */
  readonly isRemoved?: true;
}
/** Adds to a cluster what is of those who hold it. */
export type Finish = (cluster: Cluster) => Cluster;

const AS_BUILT: Finish = (cluster) => cluster;

export type EncodeCluster = (cluster: Cluster, origins: readonly Origin[]) => readonly Encoded[];

/** A cluster for Envoy as `caller` calls it, with its endpoints where they go over EDS. */
export function encodeServiceCluster(
  cluster: ServiceCluster,
  caller: Caller,
  hash: Hash,
  finish: Finish = AS_BUILT,
  encode: EncodeCluster = encoderOf(hash),
): Encoded[] {
  const own = encode(finish(buildCluster(cluster.input, caller)), cluster.origins);
  const isThere = own.some(({ isRemoved }) => !isRemoved);
  return cluster.isDiscovered && isThere ? [...own, encodeEndpoints(cluster, caller, hash)] : [...own];
}

/** Of a cluster that another caller has otherwise what he has so: its endpoints, or the cluster that they are part of. */
export function encodeForCaller(
  cluster: ServiceCluster,
  caller: Caller,
  hash: Hash,
  finish: Finish = AS_BUILT,
  encode: EncodeCluster = encoderOf(hash),
): readonly Encoded[] {
  return cluster.isDiscovered
    ? [encodeEndpoints(cluster, caller, hash)]
    : encode(finish(buildCluster(cluster.input, caller)), cluster.origins);
}

function encoderOf(hash: Hash): EncodeCluster {
  return (cluster, origins) => [
    { type: "CDS", resource: encodeResource(ClusterSchema, cluster.name, cluster, origins, hash) },
  ];
}

function encodeEndpoints({ input, endpoints, origins }: ServiceCluster, caller: Caller, hash: Hash): Encoded {
  const assignment = buildLoadAssignment(input, endpoints, caller);
  return { type: "EDS", resource: encodeResource(ClusterLoadAssignmentSchema, input.name, assignment, origins, hash) };
}
