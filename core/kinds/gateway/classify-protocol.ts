import type { GatewayServer } from "#core/kinds/gateway/schema.ts";

type Protocol = GatewayServer["port"]["protocol"];

const HTTP: ReadonlySet<Protocol> = new Set(["HTTP", "HTTP2", "GRPC", "GRPC-WEB"]);
const TLS: ReadonlySet<Protocol> = new Set(["HTTPS", "TLS"]);

/** What callers of a server's port come with: requests, TLS, or anything else. */
export function classifyProtocol(protocol: Protocol): "http" | "tls" | "tcp" {
  return HTTP.has(protocol) ? "http" : TLS.has(protocol) ? "tls" : "tcp";
}
