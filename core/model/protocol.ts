import type { Port } from "#core/model/port.ts";

/** How proxies treat a port. */
export type PortProtocol = "http" | "http2" | "grpc" | "grpc-web" | "tcp" | "tls" | "auto";

const BY_NAME: Readonly<Record<string, PortProtocol>> = {
  http: "http",
  http_proxy: "http",
  http2: "http2",
  grpc: "grpc",
  "grpc-web": "grpc-web",
  https: "tls",
  tls: "tls",
  tcp: "tcp",
  mongo: "tcp",
  mysql: "tcp",
  redis: "tcp",
};

/** What a service port declares; where it declares nothing, each connection says by its first bytes whether it is HTTP, as in Istio. */
export function protocolOf(port: Pick<Port, "protocol">): PortProtocol {
  if (port.protocol === undefined || port.protocol === "") return "auto";
  return BY_NAME[port.protocol.toLowerCase()] ?? "tcp";
}

/** Of a port that no service tells of, by its name: `http-web`. A name that says nothing leaves it to the connections. */
export function protocolOfPortName(name: string): PortProtocol {
  const [first = "", second] = name.toLowerCase().split("-");
  return BY_NAME[first === "grpc" && second === "web" ? "grpc-web" : first] ?? "auto";
}

export function isHttp(protocol: PortProtocol): boolean {
  return protocol === "http" || isHttp2(protocol);
}

/** Whether whoever answers is spoken to in HTTP/2. */
export function isHttp2(protocol: PortProtocol): boolean {
  return protocol === "http2" || protocol === "grpc" || protocol === "grpc-web";
}

/** Whether callers may speak HTTP to a port. */
export function mayBeHttp(protocol: PortProtocol): boolean {
  return protocol === "auto" || isHttp(protocol);
}
