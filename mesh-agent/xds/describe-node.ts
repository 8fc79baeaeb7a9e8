import type { JsonObject } from "@bufbuild/protobuf";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";

/** The node message as proto3 JSON: what the bootstrap holds and what the control plane is told. */
export interface NodeJson extends JsonObject {
  id: string;
  cluster: string;
  metadata: JsonObject;
}

/** Names as in Istio, PHAROS_* for what Istio has no word for; see `core/xds/layer.ts`. `labels` are the registry's. `hasTraceScript`: it is where it belongs. */
export function describeNode(
  config: AgentConfig,
  paths: AgentPaths,
  labels: Readonly<Record<string, string>>,
  hasTraceScript: boolean,
): NodeJson {
  const { namespace, name, address, domain, serviceAccount } = config;
  const workload = config.group === "" ? name : config.group;
  const [region = "", zone = "", subZone = ""] = config.locality.split("/");
  return {
    id: `${config.nodeType}~${address}~${name}.${namespace}~${namespace}.svc.${domain}`,
    cluster: `${workload}.${namespace}`,
    ...(config.locality === "" ? {} : { locality: { region, zone, subZone } }),
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      LABELS: { ...labels },
      SERVICE_ACCOUNT: serviceAccount,
      WORKLOAD_NAME: workload,
      INSTANCE_IPS: address,
      INTERCEPTION_MODE: config.capture === undefined ? "NONE" : "REDIRECT",
      ...(config.httpProxyPort === undefined ? {} : { HTTP_PROXY_PORT: config.httpProxyPort }),
      ...(config.capture?.ipv6 === true ? { PHAROS_IPV6: true } : {}),
      ...(config.capture?.dns === true ? { DNS_CAPTURE: true } : {}),
      PHAROS_OUTBOUND: config.outbound.map((entry) => ({ ...entry })),
      PHAROS_INBOUND: config.ports.map((entry) => ({ ...entry })),
      PHAROS_GATEWAY_PORTS: { ...config.gatewayPorts },
      ...(config.accessLog ? { PHAROS_ACCESS_LOG: paths.accessLog } : {}),
      PHAROS_TRACING: config.tracing,
      ...(hasTraceScript ? { PHAROS_TRACE_SCRIPT: paths.traceScript } : {}),
    },
  };
}
