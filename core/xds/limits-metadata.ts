/**
 * Metadata of a route configuration by which an agent finds the limits of its requests: `{ set: "…", rules: "…" }`, which names
 * them and has a `pharos.limits.v1.LimitSet` in base64, and in `ofRoutes` those of its routes that have others, by name. Requests name the set, in the descriptor that Envoy sends its agent.
 */
export const LIMITS_METADATA = "pharos.limits";

/** The sets of a route configuration: rules in base64, by name. */
export function limitSetsOf(said: Readonly<Record<string, unknown>> = {}): ReadonlyMap<string, string> {
  const { set, rules, ofRoutes } = said;
  const own = typeof set === "string" && typeof rules === "string" ? [[set, rules] as const] : [];
  const others = typeof ofRoutes === "object" && ofRoutes !== null ? Object.entries(ofRoutes) : [];
  return new Map([
    ...own,
    ...others.flatMap(([name, text]) => (typeof text === "string" ? [[name, text] as const] : [])),
  ]);
}

/** What an Envoy asks its agent in: `RateLimitRequest.domain`. */
export const LIMITS_DOMAIN = "pharos";

/** Entries of the descriptor besides headers, which stand under `header:` and their names. All but the set begin with `ENTRY_MARK`. */
export const LIMIT_ENTRIES = {
  set: "set",
  /** The caller's certificate: `spiffe://…`. */
  peer: "peer",
  /** Who connects. */
  remote: "remote",
  /** The client, as the proxy takes it. */
  client: "client",
  /** Where the client meant to connect. */
  local: "local",
  serverName: "sni",
  /** Of a token that was checked: JSON. */
  claims: "claims",
} as const;

/** Stands before what there is of an entry, which may be nothing: Envoy asks nobody about a request of which an entry is empty. */
export const ENTRY_MARK = "=";

export const HEADER_ENTRY = "header:";

/**
 * Metadata of an agent's answer, under the filter's name: what it calls a request by whose end it waits for, whether
 * it is to hear of its bytes before that, and what status one gets that it refuses, where that is another than 429.
 */
export const ANSWER_METADATA = {
  filter: "envoy.filters.http.ratelimit",
  id: "id",
  bytes: "bytes",
  status: "status",
} as const;

/** Entries of the descriptor that tells of a request's end; nothing is sent of one that has no id. */
export const ENDED_ENTRIES = {
  id: "ended",
  status: "status",
  sent: "sent",
  received: "received",
  header: "told",
} as const;
