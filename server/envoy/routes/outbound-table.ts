import { create } from "@bufbuild/protobuf";
import type { EgressPort } from "#core/resolve/sidecar.ts";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import { type VirtualHost, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import type { Routing } from "#server/envoy/clusters/build-cluster.ts";
import { HTTP_PROXY, type PortInHost } from "#server/envoy/names.ts";
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

/** The tables that a port of a host is in; `boundPorts`: those that listeners of their own are for. */
export function tablesOf(
  port: number,
  routing: Routing,
  boundPorts: () => readonly EgressPort[],
): readonly { readonly name: string; readonly portInHost: PortInHost }[] {
  // The connection says which port it is; clients behind a port mapping write another.
  const own = { name: String(port), portInHost: "ignored" } as const;
  if (routing !== "proxy") return [own];
  const proxy = { name: HTTP_PROXY, portInHost: port === 80 ? "optional" : "required" } as const;
  return boundPorts().some(({ number }) => number === port) ? [proxy, own] : [proxy];
}
