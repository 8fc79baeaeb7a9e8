import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import { PASSTHROUGH } from "#server/envoy/names.ts";
import { durationMs } from "#server/envoy/pack.ts";
import type { VirtualHostInit } from "#server/envoy/routes/virtual-hosts.ts";

/** Takes the requests for hosts that callers do not know, and refuses them. */
export const BLOCK_ALL: VirtualHostInit = {
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

/** Sends them where the caller's connection was going. */
export const ALLOW_ANY: VirtualHostInit = {
  name: "allow_any",
  domains: ["*"],
  routes: [
    {
      name: "allow_any",
      match: { pathSpecifier: { case: "prefix", value: "/" } },
      requestHeadersToRemove: [PEER_HEADER],
      action: {
        case: "route",
        value: {
          clusterSpecifier: { case: "cluster", value: PASSTHROUGH },
          timeout: durationMs(0),
          maxGrpcTimeout: durationMs(0),
        },
      },
    },
  ],
};
