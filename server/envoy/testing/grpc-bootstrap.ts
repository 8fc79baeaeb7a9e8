import type { Layer } from "#core/xds/layer.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";

type Json = Record<string, unknown>;

/**
 * What a proxyless gRPC client gets, minus its API listeners (which only such a client has), as virtual hosts of one
 * listener: what is wrong with a route or a cluster is wrong for both. Replaces the listeners of a `staticBootstrap`.
 */
export function grpcBootstrap(bootstrap: Json, layers: readonly Layer[]): Json {
  const tables = layers.flatMap(({ resources }) =>
    [...(resources.get("RDS")?.values() ?? [])].map(({ body }) => decodeResource("RDS", body) as Json),
  );
  const virtualHosts = tables.flatMap(({ name, virtualHosts: own }) =>
    (own as Json[]).map((host, index) => ({ ...host, name: `${name}/${index}`, domains: [`${name}/${index}`] })),
  );
  const router = { name: "envoy.filters.http.router", typedConfig: { "@type": `${FILTERS}.router.v3.Router` } };
  const manager = {
    name: "envoy.filters.network.http_connection_manager",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      statPrefix: "grpc",
      routeConfig: { name: "grpc", virtualHosts, validateClusters: false },
      httpFilters: [
        { name: "envoy.filters.http.fault", typedConfig: { "@type": `${FILTERS}.fault.v3.HTTPFault` } },
        router,
      ],
    },
  };
  const listener = {
    name: "grpc",
    address: { pipe: { path: "/tmp/grpc.sock" } },
    filterChains: [{ filters: [manager] }],
  };
  return { ...bootstrap, staticResources: { ...(bootstrap.staticResources as Json), listeners: [listener] } };
}

const FILTERS = "type.googleapis.com/envoy.extensions.filters.http";

/** What a gRPC client, unlike Envoy, refuses of its clusters (gRFC A27, A37); undefined when it takes them. */
export function grpcRefusal(layers: readonly Layer[]): string | undefined {
  const clusters = layers.flatMap(({ resources }) =>
    [...(resources.get("CDS")?.values() ?? [])].map(({ body }) => decodeResource("CDS", body) as Json),
  );
  for (const { name, type, loadAssignment } of clusters) {
    if (type === "EDS") continue;
    const groups = ((loadAssignment as Json | undefined)?.endpoints ?? []) as { lbEndpoints?: unknown[] }[];
    const count = groups.flatMap(({ lbEndpoints = [] }) => lbEndpoints).length;
    if (type !== "LOGICAL_DNS" || count !== 1) return `${name}: ${type} with ${count} endpoints`;
  }
  return undefined;
}
