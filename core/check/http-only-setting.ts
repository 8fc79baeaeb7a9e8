import type { CheckContext } from "#core/check/context.ts";
import type { Port } from "#core/model/port.ts";
import { isHttp, protocolOf } from "#core/model/protocol.ts";

/** What is asked of requests does nothing to connections, and the other way round. */
export const HTTP_ONLY = {
  code: "http-only-setting",
  summary: "A rule sets HTTP options for a TCP port, or its routes are of another kind than the ports of its hosts.",
} as const;

/** Ports of a host as a namespace sees it. */
export function portsOf({ hosts }: CheckContext, host: string, namespace: string): readonly Port[] {
  return hosts.find(hosts.resolve(host, namespace), namespace)?.ports ?? [];
}

/** A port that says nothing of its protocol takes both. */
export function carries(port: Port): "requests" | "connections" | "both" {
  const protocol = protocolOf(port);
  if (protocol === "auto") return "both";
  return isHttp(protocol) ? "requests" : "connections";
}
