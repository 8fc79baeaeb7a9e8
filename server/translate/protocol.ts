import type { ServicePort } from "#core/resource/spec/service-entry.ts";

/** How the proxy treats a port. */
export type PortProtocol = "http" | "http2" | "grpc" | "tcp" | "tls";

const BY_NAME: Readonly<Record<string, PortProtocol>> = {
  http: "http",
  http_proxy: "http",
  http2: "http2",
  grpc: "grpc",
  https: "tls",
  tls: "tls",
  tcp: "tcp",
  mongo: "tcp",
  mysql: "tcp",
  redis: "tcp",
};

/** What a service port declares; TCP when it declares nothing, as for a ServiceEntry in Istio. */
export function protocolOf(port: Pick<ServicePort, "protocol">): PortProtocol {
  return BY_NAME[(port.protocol ?? "tcp").toLowerCase()] ?? "tcp";
}

export function isHttp(protocol: PortProtocol): boolean {
  return protocol === "http" || protocol === "http2" || protocol === "grpc";
}
