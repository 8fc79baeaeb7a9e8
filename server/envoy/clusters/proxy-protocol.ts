import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import type { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ProxyProtocolConfig_Version as Version } from "#proto/gen/envoy/config/core/v3/proxy_protocol_pb.js";
import { ProxyProtocolUpstreamTransportSchema } from "#proto/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js";
import { PLAIN } from "#server/envoy/build-tls.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

type Sockets = Pick<Init<typeof ClusterSchema>, "transportSocket" | "transportSocketMatches">;

/** What a cluster connects by, each time behind a header of the PROXY protocol where that is asked for (Istio's `applyUpstreamProxyProtocol`). */
export function withProxyProtocol(sockets: Sockets, asked: TrafficSettings["proxyProtocol"]): Sockets {
  if (asked === undefined) return sockets;
  const version = asked.version === "V2" ? Version.V2 : Version.V1;
  const wrap = (transportSocket: NonNullable<Sockets["transportSocket"]>) =>
    typed("envoy.transport_sockets.upstream_proxy_protocol", ProxyProtocolUpstreamTransportSchema, {
      config: { version },
      transportSocket,
    });
  const { transportSocket, transportSocketMatches = [] } = sockets;
  if (transportSocketMatches.length > 0)
    return {
      transportSocketMatches: transportSocketMatches.map(
        ({ name = "", match = {}, transportSocket: inner = PLAIN }) => ({
          ...{ name, match },
          transportSocket: wrap(inner),
        }),
      ),
    };
  return { transportSocket: wrap(transportSocket ?? PLAIN) };
}
