import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  Cluster_DiscoveryType,
  Cluster_LbPolicy,
  ClusterSchema,
} from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { Routing } from "#server/envoy/clusters/build-cluster.ts";
import { type PoolDefaults, poolSettings } from "#server/envoy/clusters/connection-pool.ts";
import { KEEPS_CASE } from "#server/envoy/keeps-case.ts";
import { BLACK_HOLE, PASSTHROUGH } from "#server/envoy/names.ts";
import { durationMs, pack } from "#server/envoy/pack.ts";

/** Each original destination has a pool of its own, and most are not called again. */
const PASSTHROUGH_IDLE_MS = 300_000;

/** Clusters of no host: nowhere, and where traffic is captured also where a connection was meant to go. */
export function constantClusters(routing: Routing, settings: PoolDefaults): readonly Cluster[] {
  const blackHole = create(ClusterSchema, {
    name: BLACK_HOLE,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    connectTimeout: durationMs(1000),
  });
  if (routing !== "ports") return [blackHole];
  const passthrough = create(ClusterSchema, {
    name: PASSTHROUGH,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.ORIGINAL_DST },
    lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
    ...poolSettings(undefined, settings),
    // As the caller speaks: HTTP/2 in plain text goes on as that.
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": pack(HttpProtocolOptionsSchema, {
        commonHttpProtocolOptions: { idleTimeout: durationMs(PASSTHROUGH_IDLE_MS) },
        upstreamProtocolOptions: {
          case: "useDownstreamProtocolConfig",
          value: {
            httpProtocolOptions: settings.isHeaderCaseKept ? KEEPS_CASE : {},
            http2ProtocolOptions: {},
          },
        },
      }),
    },
  });
  return [blackHole, passthrough];
}
