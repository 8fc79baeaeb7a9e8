import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Connections that go elsewhere on purpose. */
export const EXPLAINED_CONNECTIONS: readonly Explained[] = [
  {
    area: "connections",
    why: "TLS to an address that no service of the caller's has goes by the name that it asks for",
    what: /^TLS \.to: here "outbound\|.*", in Istio "(?:PassthroughCluster|BlackHoleCluster)"$/,
  },
];
