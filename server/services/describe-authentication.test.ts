import { expect, test } from "vitest";
import type { Graph, GraphEdge } from "#core/graph/graph.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { describeAuthentication } from "#server/services/describe-authentication.ts";

const SET = '{"keys":[{"kid":"k1","kty":"RSA","n":"x","e":"AQAB","alg":"RS256"}]}';
const CONFIG = `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: late, namespace: default }
spec: { metadata: { labels: { app: late } }, template: { serviceAccount: late, ports: { http: 80 } } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: users, namespace: default }
spec:
  selector: { matchLabels: { app: shop } }
  jwtRules:
    - { issuer: "https://b.test", audiences: [shop], fromCookies: [token], jwks: '${SET}' }
    - { issuer: "https://a.test", jwksUri: "https://a.test/keys" }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: all, namespace: istio-system }
spec: { jwtRules: [{ issuer: "https://a.test", jwksUri: "https://a.test/keys" }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: with-token, namespace: default }
spec:
  selector: { matchLabels: { app: shop } }
  action: DENY
  rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: by-name, namespace: default }
spec: { rules: [{ from: [{ source: { principals: ["*"] } }] }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: default }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: shop, namespace: default }
spec: { selector: { matchLabels: { app: shop } }, portLevelMtls: { 9090: { mode: DISABLE } } }
`;

const shop: WorkloadInstance = {
  ...{ namespace: "default", name: "shop-0", workload: "shop-v1", serviceAccount: "shop", address: "127.0.0.1" },
  labels: { app: "shop" },
  ports: [
    { name: "http", appPort: 8080, inboundPort: 8080 },
    { name: "admin", appPort: 9090, inboundPort: 9090 },
  ],
  ...{ health: "healthy", locality: "", weight: 1 },
};

const edge = (differs: Partial<GraphEdge>): GraphEdge => ({
  ...{ id: "e", source: "unknown", target: "shop", protocol: "http", requestsPerSecond: 2, errorPercent: 0 },
  ...{ p50Ms: null, p95Ms: null, p99Ms: null, mtlsPercent: 50, health: { status: "healthy", reason: "" } },
  ...{ responses: [], deniedBy: [], bytesPerSecond: 0, destinationServices: [], ...differs },
});
const node = (id: string, workload: string) => ({
  ...{ id, kind: "workload" as const, namespace: "default", name: workload, workload },
  ...{ health: { status: "healthy" as const, reason: "" }, isRoot: false },
  ...{ requestsPerSecondIn: 1, requestsPerSecondOut: 0, errorPercentIn: 0 },
});
const graph: Graph = {
  ...{ view: "workload", startMs: 0, endMs: 1000, gaps: [] },
  nodes: [node("shop", "shop-v1"), node("unknown", "unknown"), node("page", "page-v1")],
  edges: [edge({}), edge({ id: "safe", source: "page", mtlsPercent: 100 })],
};

function tell(text = CONFIG) {
  const { resources, diagnostics } = parseDocuments(text);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const mesh = { trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system" };
  const snapshot = { revision: 1, mesh, resources, instances: [shop] } as unknown as Snapshot;
  const fetched = {
    fetchedAt: "2026-01-01T00:00:00.000Z",
    error: "gone",
    nextAt: "2026-01-01T00:01:00.000Z",
    keys: [],
  };
  return describeAuthentication({ snapshot, graph, keysAt: () => fetched });
}

test("each rule is told with where it holds, where it looks, and what else asks for a token there", () => {
  const { issuers } = tell();
  expect(issuers).toMatchObject([
    {
      ref: "RequestAuthentication/default/users",
      index: 1,
      issuer: "https://a.test",
      reach: "workloads",
      workloads: ["default/shop-v1"],
      location: "https://a.test/keys",
      places: [{ kind: "header", name: "Authorization", prefix: "Bearer " }, { name: "access_token" }],
    },
    {
      ref: "RequestAuthentication/istio-system/all",
      reach: "mesh",
      workloads: ["default/late", "default/shop-v1"],
      askedBy: ["AuthorizationPolicy/default/with-token"],
    },
    {
      issuer: "https://b.test",
      audiences: ["shop"],
      location: null,
      ownKeys: [{ id: "k1", type: "RSA", algorithm: "RS256" }],
      places: [{ kind: "cookie", name: "token" }],
    },
  ]);
});

test("keys of one place are told once, with all who use them, their age and what failed", () => {
  expect(tell().keys).toMatchObject([
    {
      location: "https://a.test/keys",
      issuers: ["https://a.test"],
      refs: ["RequestAuthentication/default/users", "RequestAuthentication/istio-system/all"],
      fetchedAt: "2026-01-01T00:00:00.000Z",
      error: "gone",
    },
  ]);
});

test("what a workload accepts is told with who says so, the ports that differ, and who still comes without mTLS", () => {
  expect(tell().mtls).toMatchObject([
    { workload: "late", isRunning: false, mode: "strict", policy: "PeerAuthentication/default/strict", plaintext: [] },
    {
      workload: "shop-v1",
      isRunning: true,
      mode: "unknown",
      policy: "PeerAuthentication/default/strict",
      ports: [{ name: "admin", port: 9090, mode: "disabled" }],
      plaintext: [{ source: "unknown", perSecond: 1 }],
    },
  ]);
});

test("a mesh without any policy checks nothing, and takes both", () => {
  expect(tell("")).toMatchObject({
    issuers: [],
    keys: [],
    mtls: [{ mode: "permissive", policy: null, ports: [] }],
  });
});
