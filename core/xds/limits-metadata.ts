/**
 * Metadata of a route configuration by which an agent finds the limits of its requests: `{ set: "…", rules: "…" }`, which names
 * them and has a `pharos.limits.v1.LimitSet` in base64. Requests name the set, in the descriptor that Envoy sends its agent.
 */
export const LIMITS_METADATA = "pharos.limits";

/** What an Envoy asks its agent in: `RateLimitRequest.domain`. */
export const LIMITS_DOMAIN = "pharos";

/** Entries of the descriptor besides headers, which stand under `header:` and their names. */
export const LIMIT_ENTRIES = {
  set: "set",
  /** The caller's certificate: `spiffe://…`, `-` without one. */
  peer: "peer",
  /** Who connects. */
  remote: "remote",
  /** The client, as the proxy takes it. */
  client: "client",
  /** Where the client meant to connect. */
  local: "local",
  serverName: "sni",
  /** Of a token that was checked: JSON, `-` without one. */
  claims: "claims",
} as const;

export const HEADER_ENTRY = "header:";
