import { Document } from "yaml";
import type { InstanceHeader, ProxyHeader } from "#server/envoy/testing/read-case.ts";
import type { AppHeader, ScenarioHeader, WorkloadShorthand } from "#server/envoy/testing/scenario.ts";

const PROTOCOL = { http: "HTTP", h2: "HTTP2", tcp: "TCP" } as const;

interface Expanded {
  readonly proxies: readonly ProxyHeader[];
  readonly instances: readonly InstanceHeader[];
  readonly documents: readonly Document[];
}

export function expandScenario(
  { client, outbound, edge, workloads = [], proxies = [], instances = [] }: ScenarioHeader,
  apps: readonly AppHeader[],
  values: ReadonlyMap<string, string>,
): Expanded {
  const sidecar = { type: "sidecar", namespace: "default", mode: "NONE" } as const;
  const made = workloads.map(({ name, labels = {}, ports }) => ({
    proxy: { ...sidecar, name: `${name}-0`, labels: { app: name, ...labels }, inbound: ports },
    instance: { name: `${name}-0`, labels: { app: name, ...labels }, account: name, ports },
  }));
  return {
    proxies: [
      ...proxies,
      ...(client === undefined && outbound === undefined
        ? []
        : [
            {
              ...sidecar,
              name: "client-0",
              labels: { app: "client" },
              ...(client === undefined ? {} : { httpProxyPort: client }),
              outbound: outbound ?? [],
            },
          ]),
      ...(edge === undefined
        ? []
        : [
            {
              type: "router",
              name: "edge",
              namespace: "istio-system",
              mode: "NONE",
              labels: { istio: "gw" },
              gatewayPorts: edge,
            } as const,
          ]),
      ...made.map(({ proxy }) => proxy),
    ],
    instances: [...instances, ...made.map(({ instance }) => instance)],
    documents: [...servicesOf(apps, values), ...workloads.map(serviceOf)].map((each) => new Document(each)),
  };
}

/** One service outside the mesh for each host that applications serve, its endpoints labelled `version` with their names. */
function servicesOf(apps: readonly AppHeader[], values: ReadonlyMap<string, string>): object[] {
  const hosts = new Map<string, AppHeader[]>();
  for (const app of apps) if (app.serves !== undefined) hosts.set(app.serves, [...(hosts.get(app.serves) ?? []), app]);
  return [...hosts].map(([host, servers]) => {
    const { protocol = "http", port = 80 } = servers[0] ?? {};
    const [name = "", namespace] = host.split(".");
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: {
        name: host.replaceAll("*", "any"),
        namespace: host.endsWith(".svc.cluster.local") ? (namespace ?? name) : "default",
      },
      spec: {
        hosts: [host],
        resolution: "STATIC",
        ports: [{ number: port, name: "main", protocol: PROTOCOL[protocol] }],
        endpoints: servers.map((server) => ({
          address: server.address ?? "127.0.0.1",
          ports: { main: Number(values.get(server.name) ?? 1) },
          labels: server.labels ?? { version: server.name },
        })),
      },
    };
  });
}

function serviceOf({ name, ports }: WorkloadShorthand): object {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: "default" },
    spec: {
      hosts: [`${name}.default.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: ports.map((port, index) => {
        const [portName = ""] = port.split(":");
        return { number: 8080 + index, name: portName, protocol: portName.split("-")[0]?.toUpperCase() };
      }),
      workloadSelector: { labels: { app: name } },
    },
  };
}
