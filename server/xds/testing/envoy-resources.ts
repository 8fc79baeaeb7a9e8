import { fromJson, type JsonObject, toBinary } from "@bufbuild/protobuf";
import type { XdsType } from "#core/xds/type-urls.ts";
import { REGISTRY, XDS_SCHEMAS } from "#proto/registry.ts";

const TYPE = "type.googleapis.com/envoy";

/** A resource from proto3 JSON, encoded. */
export function encodeResource(type: XdsType, json: JsonObject): Uint8Array {
  const schema = XDS_SCHEMAS[type];
  return toBinary(schema, fromJson(schema, json, { registry: REGISTRY }));
}

export function cluster(name: string, more: JsonObject = {}): Uint8Array {
  return encodeResource("CDS", {
    name,
    type: "EDS",
    connect_timeout: "1s",
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: "V3" } },
    ...more,
  });
}

export function endpoints(name: string, port: number): Uint8Array {
  return encodeResource("EDS", {
    cluster_name: name,
    endpoints: [
      { lb_endpoints: [{ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } }] },
    ],
  });
}

/** An HTTP listener whose routes are the configuration `routes`. `more` goes into its connection manager. */
export function listener(name: string, port: number, routes: string, more: JsonObject = {}): Uint8Array {
  const manager = {
    "@type": `${TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    rds: { route_config_name: routes, config_source: { ads: {}, resource_api_version: "V3" } },
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": `${TYPE}.extensions.filters.http.router.v3.Router` },
      },
    ],
    ...more,
  };
  return encodeResource("LDS", {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  });
}

/** Routes that leave their hosts to VHDS, or hold them. */
export function routes(name: string, hosts?: readonly JsonObject[]): Uint8Array {
  return encodeResource("RDS", {
    name,
    ...(hosts === undefined
      ? { vhds: { config_source: { ads: {}, resource_api_version: "V3" } } }
      : { virtual_hosts: [...hosts] }),
  });
}

/** A virtual host of one route; its name carries the route configuration's when it is a resource of its own. */
export function host(name: string, domain: string, route: JsonObject): JsonObject {
  return { name, domains: [domain], routes: [{ match: { prefix: "/" }, ...route }] };
}

/** Endpoints that obey the rules of their proto, and that Envoy refuses: a Unix path longer than a socket's address holds. */
export function endpointsTooLong(name: string): Uint8Array {
  return encodeResource("EDS", {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: `/${"x".repeat(120)}` } } } }] }],
  });
}
