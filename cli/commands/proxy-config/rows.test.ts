import { expect, test } from "vitest";
import { clusterRows, credentialRow, endpointRows, listenerRows, routeRows } from "#cli/commands/proxy-config/rows.ts";

test("a cluster's name is taken apart, and its DestinationRule named", () => {
  const name = "outbound|9080|v1|reviews.default.svc.cluster.local";
  const origins = [{ resource: "ServiceEntry/default/reviews" }, { resource: "DestinationRule/shop/reviews" }];
  expect(clusterRows([{ name, origins, resource: { name, type: "EDS" } }])).toEqual([
    {
      name,
      fqdn: "reviews.default.svc.cluster.local",
      port: "9080",
      subset: "v1",
      direction: "outbound",
      type: "EDS",
      destinationRule: "reviews.shop",
    },
  ]);
  const plain = { name: "BlackHoleCluster", resource: { name: "BlackHoleCluster" } };
  expect(clusterRows([plain])[0]).toMatchObject({ fqdn: "BlackHoleCluster", direction: "", type: "STATIC" });
});

test("a listener gives one row for each filter chain, with what it matches and where it leads", () => {
  const chain = (typedConfig: object, filterChainMatch: object = {}) => ({
    filterChainMatch,
    filters: [{ name: "f", typedConfig }],
  });
  const resource = {
    name: "in",
    address: { socketAddress: { address: "127.0.0.1", portValue: 9080 } },
    filterChains: [
      chain({ rds: { routeConfigName: "inbound|9080||" } }, { serverNames: ["a.example"], transportProtocol: "tls" }),
      chain({ weightedClusters: { clusters: [{ name: "x" }, { name: "y" }] } }),
    ],
    defaultFilterChain: chain({ cluster: "z" }),
  };
  expect(listenerRows([{ name: "in", resource }]).map(({ match, destination }) => [match, destination])).toEqual([
    ["Trans: tls; SNI: a.example", "Route: inbound|9080||"],
    ["ALL", "Clusters: x,y"],
    ["ALL", "Cluster: z"],
  ]);
});

test("virtual hosts inside tables and those of their own are rows of the same table", () => {
  const vhost = {
    name: "a:80",
    domains: ["a.default:80", "a:80"],
    routes: [{ match: { path: "/x", headers: [{}] } }, {}],
  };
  const own = { ...vhost, name: "http_proxy/a:80" };
  const origins = [{ resource: "VirtualService/default/a" }];
  const tables = [{ name: "http_proxy", origins, resource: { name: "http_proxy", virtualHosts: [vhost] } }];
  const rows = routeRows(tables, [{ name: own.name, origins, resource: own }]);
  expect(
    rows.map(({ entry, name, vhost: host, domains, match, virtualService }) =>
      [entry, name, host, domains, match, virtualService].join(" ; "),
    ),
  ).toEqual([
    "http_proxy ; http_proxy ; a:80 ; a:80 + 1 more ; /x + 1 more ; a.default",
    "http_proxy ; http_proxy ; a:80 ; a:80 + 1 more ; /* ; a.default",
    "http_proxy/a:80 ; http_proxy ; a:80 ; a:80 + 1 more ; /x + 1 more ; a.default",
    "http_proxy/a:80 ; http_proxy ; a:80 ; a:80 + 1 more ; /* ; a.default",
  ]);
});

test("an endpoint without a status is healthy, one of the mesh names its workload", () => {
  const endpoint = { address: { socketAddress: { address: "127.0.0.1", portValue: 9080 } } };
  const metadata = { filterMetadata: { istio: { workload: "reviews-v1;default;reviews;v1" } } };
  const resource = { clusterName: "c", endpoints: [{ lbEndpoints: [{ endpoint, metadata }, { endpoint }] }] };
  expect(endpointRows([{ name: "c", resource }]).map(({ status, workload }) => [status, workload])).toEqual([
    ["HEALTHY", "reviews-v1.default"],
    ["HEALTHY", ""],
  ]);
});

test("a stored credential tells until when it holds and for whom, and authorities which of them ends first", () => {
  const certificate = (subject: string, names: readonly string[], notAfterMs: number) => ({
    ...{ subject, names, notAfterMs },
    ...{ issuer: "CN=ca", notBeforeMs: 0, fingerprint: "" },
  });
  const roots = [certificate("CN=late", [], 2000), certificate("CN=soon", [], 1000)];
  const facts = { kind: "usable" as const, digest: "", roots, certificate: certificate("CN=a", ["a.example"], 3000) };
  const stored = [{ namespace: "web", name: "shop", facts, updatedAt: "", updatedBy: "" }];
  const notBefore = "1970-01-01T00:00:00.000Z";
  expect(credentialRow("credential://web/shop", stored)).toEqual({
    ...{ name: "credential://web/shop", type: "Cert Chain" },
    ...{ notBefore, notAfter: "1970-01-01T00:00:03.000Z", identity: "a.example" },
  });
  expect(credentialRow("credential://web/shop#roots", stored)).toMatchObject({
    ...{ type: "CA", notAfter: "1970-01-01T00:00:01.000Z", identity: "CN=soon" },
  });
  expect(credentialRow("credential://web/other", stored)).toEqual({
    name: "credential://web/other",
    type: "Cert Chain",
  });
});
