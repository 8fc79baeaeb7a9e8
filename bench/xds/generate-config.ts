import type { AnyResource, Resource } from "#core/resource/resource.ts";

const ENDPOINTS = 4;

function serviceEntry(index: number): Resource<"ServiceEntry"> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: `svc${index}`, namespace: "ns0" },
    spec: {
      hosts: [`svc${index}.ns0.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      endpoints: Array.from({ length: ENDPOINTS }, (_, endpoint) => ({
        address: `10.${(index >> 8) & 255}.${index & 255}.${endpoint + 1}`,
        labels: { app: `svc${index}`, version: `v${(endpoint % 2) + 1}` },
      })),
    },
  };
}

/** A route of one rule, to edit: the requests it takes carry `mark`. */
export function virtualService(index: number, mark: string): Resource<"VirtualService"> {
  const host = `svc${index}.ns0.svc.cluster.local`;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: `svc${index}`, namespace: "ns0" },
    spec: {
      hosts: [host],
      http: [{ headers: { request: { set: { "x-mark": mark } } }, route: [{ destination: { host } }] }],
    },
  };
}

/** Services of four endpoints each; the first of them have a VirtualService. */
export function generateResources(services: number, virtualServices: number): AnyResource[] {
  return [
    ...Array.from({ length: services }, (_, index) => serviceEntry(index)),
    ...Array.from({ length: Math.min(services, virtualServices) }, (_, index) => virtualService(index, "first")),
  ];
}
