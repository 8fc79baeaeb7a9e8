import type { XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { EncodeForCaller } from "#server/envoy/caller-layers.ts";
import { ANYWHERE } from "#server/envoy/caller-of.ts";
import {
  type EncodeCluster,
  encodeForCaller,
  encodeServiceCluster,
  type Finish,
} from "#server/envoy/clusters/encode-service-cluster.ts";
import { isCallers, type ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";
import type { Hash } from "#server/envoy/encode.ts";

export interface EncodedClusters {
  /** What all callers have alike. */
  readonly built: readonly { readonly type: XdsType; readonly resource: XdsResource }[];
  /** What follows from where each is. */
  readonly encoders: readonly EncodeForCaller[];
}

/** Clusters of a host for a scope. */
export function encodeServiceClusters(
  clusters: readonly ServiceCluster[],
  finisher: (subset: string) => Finish,
  encode: EncodeCluster,
  hash: Hash,
): EncodedClusters {
  // Whole, what is the callers' too: so it is noted what that follows from, and told what cannot be built.
  const built = clusters.flatMap((each) =>
    encodeServiceCluster(each, ANYWHERE, hash, finisher(each.input.subset), encode).filter(
      ({ type }) => !isCallers(each, type),
    ),
  );
  const encoders = clusters
    .filter(({ dependsOnCaller }) => dependsOnCaller)
    .map((each): EncodeForCaller => {
      const finish = finisher(each.input.subset);
      return (caller) => encodeForCaller(each, caller, hash, finish, encode);
    });
  return { built, encoders };
}
