import type { UnknownCalls } from "#core/resolve/unknown-calls.ts";
import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import type { RouteConfiguration } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { BLACK_HOLE, LOOKED_UP, LOOKED_UP_ROUTES, outboundCluster, PASSTHROUGH } from "#server/envoy/names.ts";
import { durationMs } from "#server/envoy/pack.ts";
import { buildOutboundTable } from "#server/envoy/routes/outbound-table.ts";
import type { VirtualHostInit } from "#server/envoy/routes/virtual-hosts.ts";

/** Takes the requests for hosts that callers do not know, and refuses them. */
const BLOCK_ALL: VirtualHostInit = {
  name: "block_all",
  domains: ["*"],
  routes: [
    {
      name: "block_all",
      match: { pathSpecifier: { case: "prefix", value: "/" } },
      action: { case: "directResponse", value: { status: 502 } },
    },
  ],
};

/** Sends them on as they are; whoever is outside of the mesh is not told which workload calls. */
function sendAll(name: string, cluster: string, isToldPeer: boolean): VirtualHostInit {
  return {
    name,
    domains: ["*"],
    routes: [
      {
        name,
        match: { pathSpecifier: { case: "prefix", value: "/" } },
        ...(isToldPeer ? {} : { requestHeadersToRemove: [PEER_HEADER] }),
        action: {
          case: "route",
          value: {
            clusterSpecifier: { case: "cluster", value: cluster },
            timeout: durationMs(0),
            maxGrpcTimeout: durationMs(0),
          },
        },
      },
    ],
  };
}

/** What takes requests for hosts that callers do not know. Where nothing is captured there is no address that a caller meant. */
export function lastVirtualHost(
  unknown: UnknownCalls,
  isCaptured: boolean,
  isToldPeer: (host: string) => boolean,
): VirtualHostInit {
  switch (unknown.kind) {
    case "refused":
      return BLOCK_ALL;
    case "passed":
      return isCaptured ? sendAll("allow_any", PASSTHROUGH, false) : BLOCK_ALL;
    case "looked-up":
      return sendAll(LOOKED_UP_ROUTES, LOOKED_UP, false);
    case "sent":
      return sendAll(
        "allow_any",
        outboundCluster(unknown.host, unknown.port, unknown.subset),
        isToldPeer(unknown.host),
      );
  }
}

/** The cluster of captured connections that are no HTTP and that nobody knows the destination of. */
export function unknownCluster(unknown: UnknownCalls): string {
  if (unknown.kind === "refused") return BLACK_HOLE;
  return unknown.kind === "sent" ? outboundCluster(unknown.host, unknown.port, unknown.subset) : PASSTHROUGH;
}

/** Routes of captured requests for hosts that are looked up. */
export function buildLookedUpTable(unknown: UnknownCalls): RouteConfiguration {
  return buildOutboundTable(LOOKED_UP_ROUTES, [lastVirtualHost(unknown, true, () => false)], false);
}
