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
