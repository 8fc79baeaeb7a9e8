import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
  type ClusterSchema,
} from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterConfigSchema } from "#proto/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb.js";
import type { DnsCacheConfigSchema } from "#proto/gen/envoy/extensions/common/dynamic_forward_proxy/v3/dns_cache_pb.js";
import { type Init, pack } from "#server/envoy/pack.ts";

/**
 * Names that calls ask for, and where they are: one for a whole proxy, for its filters look up what its clusters then connect to. It never
 * changes: Envoy refuses a second one of the same name that is another.
 */
export const DNS_CACHE: MessageInitShape<typeof DnsCacheConfigSchema> = {
  name: "looked-up",
  dnsLookupFamily: Cluster_DnsLookupFamily.V4_PREFERRED,
};

/** Each call goes to the host that it names. What TLS checks is said where it is asked for, not by Envoy's own rule for such clusters. */
export const LOOKED_UP_BY_CALL: Pick<Init<typeof ClusterSchema>, "clusterDiscoveryType" | "lbPolicy" | "lbConfig"> = {
  clusterDiscoveryType: {
    case: "clusterType",
    value: {
      name: "envoy.clusters.dynamic_forward_proxy",
      typedConfig: pack(ClusterConfigSchema, {
        clusterImplementationSpecifier: { case: "dnsCacheConfig", value: DNS_CACHE },
        allowInsecureClusterOptions: true,
      }),
    },
  },
  lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
  lbConfig: { case: undefined },
};
