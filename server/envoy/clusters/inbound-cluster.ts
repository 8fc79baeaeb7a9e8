import { create } from "@bufbuild/protobuf";
import { mayBeHttp } from "#core/model/protocol.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { httpOptions, type PoolDefaults, poolSettings } from "#server/envoy/clusters/connection-pool.ts";
import { inboundCluster } from "#server/envoy/names.ts";

/** The application itself, on loopback. Requests are put to it as its port says; HTTP/1.1 where it says nothing of the version. */
export function buildInboundCluster({ appPort, protocol, pool }: InboundPort, mesh: PoolDefaults): Cluster {
  const name = inboundCluster(appPort);
  const isHttp2 = protocol === "http2" || protocol === "grpc";
  const asCalled = protocol === "auto" || pool?.http?.useClientProtocol === true;
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    ...poolSettings(pool, mesh),
    ...(mayBeHttp(protocol) ? httpOptions(isHttp2, asCalled, pool, {}) : {}),
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            {
              hostIdentifier: {
                case: "endpoint",
                value: {
                  address: {
                    address: {
                      case: "socketAddress",
                      value: { address: "127.0.0.1", portSpecifier: { case: "portValue", value: appPort } },
                    },
                  },
                },
              },
            },
          ],
        },
      ],
    },
  });
}
