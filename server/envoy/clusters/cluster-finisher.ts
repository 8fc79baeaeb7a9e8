import { create } from "@bufbuild/protobuf";
import { isHttp, protocolOf } from "#core/model/protocol.ts";
import { addressesOf } from "#core/resolve/addresses-of.ts";
import { NAMES_METADATA } from "#core/xds/names-metadata.ts";
import type { Cluster } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { MetadataSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { Finish } from "#server/envoy/clusters/encode-service-cluster.ts";
import type { ScopeKey } from "#server/envoy/scope-key.ts";
import type { ScopedReaders } from "#server/envoy/scoped-reader.ts";

/**
 * What a scope adds to the clusters of a host, by their subset. It is found when this is called, so that nothing is asked of the
 * mesh any more when they are encoded for somebody who comes.
 */
export function clusterFinisher(
  readers: Pick<ScopedReaders, "named" | "known">,
  key: Pick<ScopeKey, "namespace" | "routing" | "hasNames">,
  host: string,
): (subset: string) => Finish {
  const addresses = key.hasNames ? namesOf(readers, host, key.namespace) : [];
  // What a gateway holds for a slow client is bounded on both sides.
  const limits =
    key.routing === "none"
      ? {
          perConnectionBufferLimitBytes:
            readers.named.settings().gatewayConnections.clusterPerConnectionBufferLimitBytes,
        }
      : {};
  return (subset) => (cluster) => Object.assign(cluster, limits, subset === "" ? names(addresses) : {});
}

/** Agents answer DNS by what their proxies can call: by name, or with connections to its address. */
function namesOf(
  { named, known }: Pick<ScopedReaders, "named" | "known">,
  host: string,
  namespace: string,
): readonly string[] {
  const own = named.service(host, namespace);
  const other = own === undefined ? known.service(host, namespace) : undefined;
  const service = own ?? (other?.ports.some((port) => !isHttp(protocolOf(port))) === true ? other : undefined);
  return service === undefined ? [] : addressesOf(named, service);
}

function names(addresses: readonly string[]): Pick<Cluster, "metadata"> | Record<never, never> {
  return addresses.length === 0
    ? {}
    : { metadata: create(MetadataSchema, { filterMetadata: { [NAMES_METADATA]: { addresses: [...addresses] } } }) };
}
