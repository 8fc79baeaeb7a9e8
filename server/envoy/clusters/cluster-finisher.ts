import { create } from "@bufbuild/protobuf";
import { addressesOf } from "#core/resolve/addresses-of.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { NAMES_METADATA } from "#core/xds/names-metadata.ts";
import type { Cluster } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { MetadataSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { Finish } from "#server/envoy/clusters/encode-service-cluster.ts";
import type { ScopeKey } from "#server/envoy/scope-key.ts";

/**
 * What a scope adds to the clusters of a host, by their subset. It is found when this is called, so that nothing is asked of the
 * mesh any more when they are encoded for somebody who comes.
 */
export function clusterFinisher(
  world: CallerReader,
  key: Pick<ScopeKey, "namespace" | "routing" | "hasNames">,
  host: string,
): (subset: string) => Finish {
  const addresses = key.hasNames ? namesOf(world, host, key.namespace) : [];
  // What a gateway holds for a slow client is bounded on both sides.
  const limits =
    key.routing === "none"
      ? { perConnectionBufferLimitBytes: world.settings().gatewayConnections.clusterPerConnectionBufferLimitBytes }
      : {};
  return (subset) => (cluster) => Object.assign(cluster, limits, subset === "" ? names(addresses) : {});
}

/** Agents answer DNS by what their proxies can call. */
function namesOf(world: CallerReader, host: string, namespace: string): readonly string[] {
  const service = world.service(host, namespace);
  return service === undefined ? [] : addressesOf(world, service);
}

function names(addresses: readonly string[]): Pick<Cluster, "metadata"> | Record<never, never> {
  return addresses.length === 0
    ? {}
    : { metadata: create(MetadataSchema, { filterMetadata: { [NAMES_METADATA]: { addresses: [...addresses] } } }) };
}
