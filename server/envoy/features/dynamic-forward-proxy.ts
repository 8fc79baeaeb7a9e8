import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { FilterConfigSchema } from "#proto/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb.js";
import { FilterConfigSchema as ServerNameConfigSchema } from "#proto/gen/envoy/extensions/filters/network/sni_dynamic_forward_proxy/v3/sni_dynamic_forward_proxy_pb.js";
import { DNS_CACHE } from "#server/envoy/clusters/dynamic-cluster.ts";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.dynamic_forward_proxy";
const FILTER = typed(NAME, FilterConfigSchema, {
  implementationSpecifier: { case: "dnsCacheConfig", value: DNS_CACHE },
});

/** Looks up the host of requests whose cluster goes to whom they name; all others pass as they are. */
export const dynamicForwardProxy: HttpFilter = {
  name: NAME,
  phase: "traffic",
  inListener: (_, { looksUpHosts }) => (looksUpHosts ? FILTER : undefined),
};

/** The same of connections, by the server that their TLS is for. */
export function lookUpServerName(port: number): Init<typeof FilterSchema> {
  return typed("envoy.filters.network.sni_dynamic_forward_proxy", ServerNameConfigSchema, {
    dnsCacheConfig: DNS_CACHE,
    portSpecifier: { case: "portValue", value: port },
  });
}
