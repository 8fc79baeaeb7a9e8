import type { Layer } from "#core/xds/layer.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";

type Json = Record<string, unknown>;

/**
 * The resources of a proxy as one static Envoy configuration for `envoy --mode validate`: route configurations are put
 * inline with their virtual hosts, endpoints into their clusters, and the agent's clusters are added.
 */
export function staticBootstrap(layers: readonly Layer[]): Json {
  const all = (type: "CDS" | "EDS" | "LDS" | "RDS" | "VHDS"): Json[] =>
    layers.flatMap(({ resources }) =>
      [...(resources.get(type)?.values() ?? [])].map(({ body }) => decodeResource(type, body) as Json),
    );
  const endpoints = new Map(all("EDS").map((each) => [each.clusterName as string, each]));
  const hosts = all("VHDS");
  const routes = new Map(
    all("RDS").map(({ vhds: _vhds, ...config }) => {
      const own = hosts.filter(({ name }) => String(name).startsWith(`${String(config.name)}/`));
      return [
        config.name as string,
        { ...config, virtualHosts: [...own, ...((config.virtualHosts as Json[] | undefined) ?? [])] },
      ];
    }),
  );
  const clusters = all("CDS").map(({ edsClusterConfig, type, ...cluster }): Json => {
    if (edsClusterConfig === undefined) return { ...cluster, ...(type === undefined ? {} : { type }) };
    const name = String(cluster.name);
    return { ...cluster, type: "STATIC", loadAssignment: endpoints.get(name) ?? { clusterName: name } };
  });
  const uds = (name: string): Json => ({
    name,
    type: "STATIC",
    connectTimeout: "1s",
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicitHttpConfig: { http2ProtocolOptions: {} },
      },
    },
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: `/tmp/${name}.sock` } } } }] }],
    },
  });
  return {
    node: { id: "validate", cluster: "validate" },
    admin: { address: { pipe: { path: "/tmp/admin.sock" } } },
    // As agents set it; Envoy's own limit is 100.
    layeredRuntime: { layers: [{ name: "pharos", staticLayer: { "re2.max_program_size.error_level": 32_768 } }] },
    staticResources: {
      listeners: all("LDS").map((listener) => inline(listener, routes) as Json),
      clusters: [uds("sds-grpc"), uds("spans-agent"), ...clusters.map((cluster) => inline(cluster, routes) as Json)],
    },
  };
}

/** Envoy (1.40) does not survive a secret over ADS where nobody serves that: the agent's socket stands for it. */
const OVER_SOCKET = {
  apiConfigSource: {
    apiType: "GRPC",
    transportApiVersion: "V3",
    grpcServices: [{ envoyGrpc: { clusterName: "sds-grpc" } }],
  },
};

/** Replaces every `rds` of a listener by the route configuration it names, and ADS as the source of a secret. */
function inline(value: unknown, routes: ReadonlyMap<string, Json>): unknown {
  if (Array.isArray(value)) return value.map((each) => inline(each, routes));
  if (typeof value !== "object" || value === null) return value;
  const { rds, ads, ...others } = value as Json;
  const rest = ads === undefined ? others : { ...others, ...OVER_SOCKET };
  const kept = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, inline(each, routes)]));
  if (rds === undefined) return kept;
  return { ...kept, routeConfig: routes.get(String((rds as Json).routeConfigName)) ?? {} };
}
