import { create } from "@bufbuild/protobuf";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { isHttp2, mayBeHttp } from "#core/model/protocol.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { AddressSchema } from "#proto/gen/envoy/config/core/v3/address_pb.js";
import { altStatName } from "#server/envoy/clusters/alt-stat-name.ts";
import { applicationAddress, leadsToItself } from "#server/envoy/clusters/application-address.ts";
import { httpOptions, type PoolDefaults, poolSettings } from "#server/envoy/clusters/connection-pool.ts";
import { inboundCluster } from "#server/envoy/names.ts";
import type { Init } from "#server/envoy/pack.ts";

type AddressInit = Init<typeof AddressSchema>;

/** The application itself; nobody where `isBound` says that the port has a listener of its own, and it would be found there. Requests are put to it as its port says; HTTP/1.1 where it says nothing of the version. */
export function buildInboundCluster(
  port: InboundPort,
  { address, isBound }: { readonly address: string; readonly isBound: boolean },
  mesh: PoolDefaults & Pick<ProxySettings, "inboundStatName">,
): Cluster {
  const { appPort, protocol, service, pool } = port;
  const name = inboundCluster(appPort);
  const asCalled = protocol === "auto" || pool?.http?.useClientProtocol === true;
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    ...poolSettings(pool, mesh),
    ...(service === undefined ? {} : altStatName(mesh.inboundStatName, { ...service, subset: "" })),
    ...(mayBeHttp(protocol) ? httpOptions(isHttp2(protocol), asCalled, pool, mesh) : {}),
    loadAssignment: {
      clusterName: name,
      endpoints:
        isBound && leadsToItself(port, address)
          ? []
          : [
              {
                lbEndpoints: [
                  { hostIdentifier: { case: "endpoint", value: { address: encodeAddress(port, address) } } },
                ],
              },
            ],
    },
  });
}

function encodeAddress(port: InboundPort, instanceAddress: string): AddressInit {
  const at = applicationAddress(port, instanceAddress);
  // `@` stands for the zero byte of an abstract socket.
  if (at.kind === "socket") return { address: { case: "pipe", value: { path: at.path } } };
  return {
    address: {
      case: "socketAddress",
      value: { address: at.address, portSpecifier: { case: "portValue", value: at.port } },
    },
  };
}
