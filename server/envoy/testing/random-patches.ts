import type { AnyResource } from "#core/resource/resource.ts";
import { DOMAIN, type Draw, parse } from "#server/envoy/testing/random-draw.ts";

const LUA = {
  name: "lua",
  typedConfig: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    defaultSourceCode: { inlineString: "function envoy_on_request(handle) end" },
  },
};
const MANAGER = "envoy.filters.network.http_connection_manager";

function randomPatch(draw: Draw): object {
  const { pick, random, service, namespace } = draw;
  const context = pick(["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"]);
  const host = `${service}.${namespace}.${DOMAIN}`;
  const routes = pick<object>([
    {},
    { name: pick(["80", "9080", "http_proxy", "http.80"]) },
    { portNumber: pick([80, 9080, 9000]) },
    { vhost: { name: `${host}:80` } },
    { vhost: { route: { action: pick(["ROUTE", "REDIRECT"]) } } },
  ]);
  const listener = pick<object>([
    {},
    { portNumber: pick([80, 9080, 9000]) },
    { name: pick(["virtualInbound", "virtualOutbound", "0.0.0.0_80"]) },
    { filterChain: { filter: { name: MANAGER } } },
  ]);
  return pick<() => object>([
    () => ({
      applyTo: "CLUSTER",
      match: {
        context,
        cluster: pick<object>([{ service: host }, { subset: "v1" }, { portNumber: 80 }, { name: "BlackHoleCluster" }]),
      },
      patch: pick<object>([
        { operation: "MERGE", value: { connectTimeout: `${1 + random(5)}s`, metadata: { filterMetadata: { a: {} } } } },
        { operation: "REMOVE" },
      ]),
    }),
    () => ({
      applyTo: "CLUSTER",
      match: { context },
      patch: {
        operation: "ADD",
        value: { name: `own-${random(2)}`, type: "STATIC", connectTimeout: `${1 + random(3)}s` },
      },
    }),
    () => ({
      applyTo: "HTTP_FILTER",
      match: {
        context,
        listener: { filterChain: { filter: { name: MANAGER, subFilter: { name: "envoy.filters.http.router" } } } },
      },
      patch: { operation: pick(["INSERT_BEFORE", "INSERT_FIRST"]), value: LUA },
    }),
    () => ({
      applyTo: "NETWORK_FILTER",
      match: { context, listener },
      patch: {
        operation: "MERGE",
        value: {
          typedConfig: {
            "@type": `type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
            xffNumTrustedHops: 1 + random(3),
          },
        },
      },
    }),
    () => ({
      applyTo: "LISTENER",
      match: { context, listener },
      patch: pick<object>([
        { operation: "MERGE", value: { perConnectionBufferLimitBytes: 1000 + random(3) } },
        { operation: "REMOVE" },
        { operation: "ADD", value: { name: `added-${random(2)}`, statPrefix: `p${random(3)}` } },
      ]),
    }),
    () => ({
      applyTo: "FILTER_CHAIN",
      match: { context, listener },
      patch: pick<object>([{ operation: "REMOVE" }, { operation: "MERGE", value: { name: `chain${random(2)}` } }]),
    }),
    () => ({
      applyTo: "ROUTE_CONFIGURATION",
      match: { context, routeConfiguration: routes },
      patch: { operation: "MERGE", value: { responseHeadersToRemove: [`x-${random(3)}`] } },
    }),
    () => ({
      applyTo: "VIRTUAL_HOST",
      match: { context, routeConfiguration: routes },
      patch: pick<object>([
        {
          operation: "MERGE",
          value: { includeAttemptCountInResponse: true, responseHeadersToRemove: [`x-${random(3)}`] },
        },
        { operation: "REMOVE" },
        { operation: "ADD", value: { name: `vh${random(2)}`, domains: [`vh${random(2)}.test`] } },
      ]),
    }),
    () => ({
      applyTo: "HTTP_ROUTE",
      match: { context, routeConfiguration: routes },
      patch: pick<object>([
        { operation: "INSERT_FIRST", value: { match: { prefix: "/x" }, directResponse: { status: 200 + random(3) } } },
        { operation: "MERGE", value: { name: `r${random(2)}` } },
        { operation: "REMOVE" },
      ]),
    }),
    // Envoy has no such field: it is not made, and the others are.
    () => ({ applyTo: "CLUSTER", match: { context }, patch: { operation: "MERGE", value: { nobody: 1 } } }),
  ])();
}

/** What Envoy is given otherwise, of all workloads of a namespace or of the mesh, or of those that it chooses. */
export function randomEnvoyFilter(draw: Draw): AnyResource {
  const { pick, random, rarely, service } = draw;
  const metadata = { name: `ef${random(3)}`, namespace: rarely(3) ? "istio-system" : draw.namespace };
  const spec = {
    ...(rarely(2) ? { workloadSelector: { labels: { app: service } } } : {}),
    ...(rarely(3) ? { priority: pick([-1, 1, 5]) } : {}),
    configPatches: Array.from({ length: 1 + random(3) }, () => randomPatch(draw)),
  };
  return parse(JSON.stringify({ apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", metadata, spec }));
}
