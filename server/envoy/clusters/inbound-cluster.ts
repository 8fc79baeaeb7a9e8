import { create } from "@bufbuild/protobuf";
import { mayBeHttp } from "#core/model/protocol.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { AddressSchema } from "#proto/gen/envoy/config/core/v3/address_pb.js";
import { httpOptions, type PoolDefaults, poolSettings } from "#server/envoy/clusters/connection-pool.ts";
import { inboundCluster } from "#server/envoy/names.ts";
import type { Init } from "#server/envoy/pack.ts";

type AddressInit = Init<typeof AddressSchema>;

/** The application itself: on loopback, or where a Sidecar says. Requests are put to it as its port says; HTTP/1.1 where it says nothing of the version. */
export function buildInboundCluster(port: InboundPort, instanceAddress: string, mesh: PoolDefaults): Cluster {
  const { appPort, protocol, pool } = port;
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
                  address: applicationAddress(port, instanceAddress),
                },
              },
            },
          ],
        },
      ],
    },
  });
}

function applicationAddress({ appPort, ingress }: InboundPort, instanceAddress: string): AddressInit {
  const at = ingress?.application ?? { kind: "loopback", address: "127.0.0.1", port: appPort };
  // `@` stands for the zero byte of an abstract socket.
  if (at.kind === "socket") return { address: { case: "pipe", value: { path: at.path } } };
  const address = at.kind === "instance" ? instanceAddress : at.address;
  return {
    address: { case: "socketAddress", value: { address, portSpecifier: { case: "portValue", value: at.port } } },
  };
}
