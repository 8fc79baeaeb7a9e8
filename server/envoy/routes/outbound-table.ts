import { create } from "@bufbuild/protobuf";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import { type VirtualHost, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HTTP_PROXY } from "#server/envoy/names.ts";
import { durationMs } from "#server/envoy/pack.ts";
import { DIRECT_RESPONSE_BYTES_MAX } from "#server/envoy/routes/build-routes.ts";
import type { VirtualHostInit } from "#server/envoy/routes/virtual-hosts.ts";

/** A route configuration of calls, with the virtual hosts that stand in it. Where others are sent by themselves Envoy asks for these. */
export function buildOutboundTable(
  name: string,
  virtualHosts: readonly VirtualHostInit[],
  sendsOthers: boolean,
): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [...virtualHosts],
    ...(sendsOthers
      ? {
          vhds: {
            configSource: {
              resourceApiVersion: ApiVersion.V3,
              initialFetchTimeout: durationMs(0),
              configSourceSpecifier: { case: "ads" as const, value: {} },
            },
          },
        }
      : {}),
    validateClusters: false,
    maxDirectResponseBodySizeBytes: DIRECT_RESPONSE_BYTES_MAX,
    ignorePortInHostMatching: name !== HTTP_PROXY,
  });
}

/** Envoy waits for the first virtual host of a configuration before it opens the listener: where there may be none there is this one. */
export function placeholderHost(): VirtualHost {
  return create(VirtualHostSchema, { name: "placeholder.invalid", domains: ["placeholder.invalid"] });
}
