import type { OracleProxy } from "#testing/oracle/istio.ts";
import type { Written } from "#testing/oracle/world.ts";

/** A workload with an HTTP port (8080) and a TCP port (9000). */
export const CALLED: OracleProxy = {
  key: "called",
  type: "sidecar",
  namespace: "default",
  address: "1.1.1.1",
  labels: { app: "x", version: "v1" },
};

const GATEWAY_NAME = "g0";
/** A gateway with the same two ports, in the same namespace. */
export const CALLED_GATEWAY: OracleProxy = {
  key: "gateway",
  type: "router",
  namespace: "default",
  address: "1.1.1.1",
  labels: { istio: "gw" },
};

export const CALLED_ENTRY = "we";
export const CALLED_SERVICES: readonly Written[] = [
  {
    kind: "ServiceEntry",
    name: "svc",
    namespace: "default",
    age: 0,
    spec: {
      hosts: ["svc.default.svc.cluster.local"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [
        { number: 80, name: "http", protocol: "HTTP", targetPort: 8080 },
        { number: 9000, name: "tcp", protocol: "TCP" },
      ],
      workloadSelector: { labels: { app: "x" } },
    },
  },
  {
    kind: "WorkloadEntry",
    name: CALLED_ENTRY,
    namespace: "default",
    age: 0,
    spec: { address: "1.1.1.1", labels: { app: "x", version: "v1" } },
  },
];

const SVC = "svc.default.svc.cluster.local";
/** What the gateway serves. */
export const GATEWAY_ROUTES: readonly Written[] = [
  {
    kind: "Gateway",
    name: GATEWAY_NAME,
    namespace: "default",
    age: 0,
    spec: {
      selector: { istio: "gw" },
      servers: [
        { port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] },
        { port: { number: 9000, name: "tcp", protocol: "TCP" }, hosts: ["*"] },
      ],
    },
  },
  {
    kind: "VirtualService",
    name: "v0",
    namespace: "default",
    age: 0,
    spec: {
      hosts: ["*"],
      gateways: [GATEWAY_NAME],
      http: [{ route: [{ destination: { host: SVC, port: { number: 80 } } }] }],
      tcp: [{ route: [{ destination: { host: SVC, port: { number: 9000 } } }] }],
    },
  },
];
