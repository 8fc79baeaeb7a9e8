import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Connections that go elsewhere on purpose, or whose TLS ends otherwise. */
export const EXPLAINED_CONNECTIONS: readonly Explained[] = [
  {
    area: "connections",
    why: "TLS to an address that no service of the caller's has goes by the name that it asks for",
    what: /^TLS \.to: here "outbound\|.*", in Istio "(?:PassthroughCluster|BlackHoleCluster)"$/,
  },
  {
    area: "connections",
    why: "what a Sidecar's listener for the port does not name is not known there: connections go where they are made to",
    what: /^T(?:CP|LS) \.to: here "(?:PassthroughCluster|BlackHoleCluster)", in Istio "outbound\|/,
    text: /^kind: Sidecar$[\s\S]*^ +number: 9(?:000|443)\n/m,
  },
  ...["connections", "servers"].map((area) => ({
    area,
    why: "of several destinations any may ask for the caller's address to be hashed",
    what: /\.hashPolicy: here \[\{"sourceIp":\{\}\}\], in Istio undefined$/,
    text: /weight: [1-9][\s\S]*useSourceIp: true/,
  })),
  {
    area: "servers",
    why: "which certificates clients may show is checked beside files too",
    what: /^\.ends\.(?:certificates|keys): here \[".*"\], in Istio \[\]$/,
    text: /caCertificates: [\s\S]*verifyCertificate/,
  },
  {
    area: "connections",
    why: "a service that its own namespace does not see is there for nobody in it, and no rule for it either",
    what: /\.(?:hashPolicy|idleTimeout|maxDownstreamConnectionDuration|tunnelingConfig): here undefined, in Istio /,
    where: /^sidecar-(?:default|prod) /,
    text: /^kind: ServiceEntry$(?:(?!^---$)[\s\S])*^ {2}exportTo:\n {4}- (?!\.|"\*")/m,
  },
];
