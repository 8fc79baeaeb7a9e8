import { hostname } from "node:os";

/** A listener there is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || host.startsWith("127.");
}

/** What a join token says when nobody says otherwise: a wildcard would lead each host to itself. */
export function dialable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return hostname();
  return host.includes(":") ? `[${host}]` : host;
}
