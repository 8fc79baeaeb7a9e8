import type { Resource } from "#core/resource/resource.ts";

/** Who calls whom: each service the next ones of a ring, at one port. */
export interface MeshSize {
  readonly services: number;
  /** Services that each calls, and is called by. */
  readonly calls: number;
  /** Agents of each service. */
  readonly replicas: number;
}

/** Sets of labels that one agent counts by: its calls, and those that come to it. */
export const seriesOf = ({ calls }: MeshSize): number => 2 * calls;

export const NAMESPACE = "shop";
export const SERVICE_PORT = 80;
const INBOUND_BASE = 61_000;

export const nameOf = (service: number): string => `svc-${service}`;
export const hostOf = (service: number): string => `${nameOf(service)}.${NAMESPACE}.svc.cluster.local`;
/** All instances are on this machine: each listens on a port of its own. */
export const inboundPortOf = (agent: number): number => INBOUND_BASE + agent;

/** A service with the workload that answers for it. */
export function resourcesOf(service: number): [Resource<"ServiceEntry">, Resource<"WorkloadGroup">] {
  const [name, labels] = [nameOf(service), { app: nameOf(service), version: "v1" }];
  return [
    {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        hosts: [hostOf(service)],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: [{ number: SERVICE_PORT, name: "http", protocol: "HTTP" }],
        workloadSelector: { labels: { app: name } },
      },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "WorkloadGroup",
      metadata: { name, namespace: NAMESPACE },
      spec: { metadata: { labels }, template: { serviceAccount: name } },
    },
  ];
}
