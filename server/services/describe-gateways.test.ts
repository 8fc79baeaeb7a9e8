import { expect, test } from "vitest";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import { describeGateways } from "#server/services/describe-gateways.ts";

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingress }
  servers:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"], tls: { httpsRedirect: true } }
    - port: { number: 443, name: shop, protocol: HTTPS }
      hosts: [shop.example.com]
      tls: { mode: MUTUAL, credentialName: shop }
    - port: { number: 443, name: bank, protocol: HTTPS }
      hosts: [bank.example.com]
      tls: { mode: SIMPLE, serverCertificate: /tls/a.crt, privateKey: /tls/a.key }
    - { port: { number: 443, name: raw, protocol: TLS }, hosts: [raw.example.com], tls: { mode: PASSTHROUGH } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: lonely, namespace: default }
spec: { selector: { istio: nobody }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec: { hosts: [shop.example.com], gateways: [web], http: [{ route: [{ destination: { host: shop } }] }] }
`;
const { resources } = parseDocuments(CONFIG);
const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};

const instance = (name: string): WorkloadInstance => ({
  namespace: "edge",
  name,
  workload: "ingress",
  labels: { istio: "ingress" },
  serviceAccount: "ingress",
  address: "127.0.0.1",
  ports: [],
  health: "healthy",
  locality: "",
  weight: 1,
});
const proxy = (name: string, more: Partial<ProxyStatus>): ProxyStatus => ({
  id: `router~127.0.0.1~${name}.edge~x`,
  name,
  namespace: "edge",
  workload: "ingress",
  type: "router",
  version: "",
  address: "127.0.0.1",
  spiffeId: null,
  connectedSince: "2030-01-01T00:00:00Z",
  certificateNotAfter: null,
  sync: { LDS: "SYNCED" },
  revision: 1,
  lastRefusal: null,
  bytesSent: 0,
  ...more,
});
const certificate = {
  subject: "CN=shop",
  issuer: "",
  names: ["shop.example.com"],
  notBeforeMs: 0,
  notAfterMs: 9,
  fingerprint: "",
};
const SHOP: CredentialFacts = { kind: "usable", digest: "", certificate, roots: [] };

const [lonely, web] = describeGateways({
  snapshot: { revision: 1, mesh, resources, instances: ["in-0", "in-1", "in-2", "in-3", "side-0"].map(instance) },
  credentials: new Map([["edge/shop", SHOP]]),
  proxies: [
    proxy("in-0", {}),
    proxy("in-1", { sync: { LDS: "ERROR", CDS: "STALE" } }),
    proxy("in-2", { sync: { SDS: "STALE" } }),
    proxy("in-3", { connectedSince: null }),
    proxy("side-0", { type: "sidecar" }),
  ],
  findings: [
    { severity: "warning", code: "no-effect", resource: "Gateway/default/web", path: ["spec"], message: "a" },
    { severity: "error", code: "no-effect", resource: "Gateway/default/web", message: "b" },
    { severity: "error", code: "no-effect", resource: "Gateway/default/lonely", message: "c" },
  ],
});

test("a server tells its TLS, what it shows and checks clients by as its workload's namespace has it, and its routes", () => {
  const [http, shop, bank, raw] = web?.servers ?? [];
  expect(web?.servers.map(({ serves }) => serves)).toEqual(["http", "http", "http", "passthrough"]);
  expect(http).toMatchObject({ tls: null, isRedirected: true, certificates: [] });
  expect(shop).toMatchObject({
    tls: "MUTUAL",
    hosts: ["shop.example.com"],
    certificates: [
      { part: "pair", name: "edge/shop", state: "usable", facts: [certificate] },
      { part: "roots", name: "edge/shop", state: "without-roots", facts: [] },
    ],
    routes: [{ ref: "VirtualService/default/shop", hosts: ["shop.example.com"] }],
  });
  expect(bank).toMatchObject({ certificates: [{ name: "/tls/a.crt", state: "on-host" }], routes: [] });
  expect(raw).toMatchObject({ tls: "PASSTHROUGH", certificates: [] });
});

test("those that serve it are told with what became of what they were sent; sidecars with its labels are none", () => {
  expect(web?.proxies.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "in-0 acknowledged",
    "in-1 refused",
    "in-2 waiting",
    "in-3 away",
  ]);
  expect(lonely?.proxies).toEqual([]);
});

test("what is wrong with it is told, errors first, and nothing of others", () => {
  expect(web?.problems).toEqual([
    { severity: "error", message: "b", path: "", hint: "" },
    { severity: "warning", message: "a", path: "spec", hint: "" },
  ]);
});
