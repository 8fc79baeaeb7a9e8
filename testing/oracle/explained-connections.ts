import type { Explained } from "#testing/oracle/explained-difference.ts";
import { at, listAt } from "#testing/oracle/json.ts";
import { isOfNobodyKnown, someDocument, standBesideRanges } from "#testing/oracle/written-case.ts";

/** Connections that go elsewhere on purpose, or whose TLS ends otherwise. */
export const EXPLAINED_CONNECTIONS: readonly Explained[] = [
  {
    area: "connections",
    why: "TLS to an address that no service of the caller's has goes by the name that it asks for",
    what: /^TLS \.to: here "outbound\|.*", in Istio "(?:PassthroughCluster|BlackHoleCluster)"$/,
    holds: isOfNobodyKnown,
  },
  {
    area: "connections",
    why: "TLS to a service's own address goes to it where no tls route takes its server name",
    what: /^TLS \.to: here "outbound\|9443\|\|[^" ]*", in Istio "(?:PassthroughCluster|BlackHoleCluster)"$/,
    holds: someDocument("VirtualService", (rule, { what }) => {
      const [, host = ""] = /outbound\|9443\|\|([^" ]*)/.exec(what) ?? [];
      return at(rule, "spec", "tls") !== undefined && listAt(rule, "spec", "hosts").includes(host);
    }),
  },
  {
    area: "connections",
    why: "a Sidecar's listener at every address does not take connections to addresses of nobody whom it names",
    what: /^T(?:CP|LS) \.to: here "[^"]*", in Istio "outbound\|/,
    text: /^ {4}- port:\n(?: {8}.*\n)*(?: {6}(?!port|bind).*\n)* {6}bind: 0\.0\.0\.0$/m,
  },
  {
    area: "connections",
    why: "ports of MONGO, and several without protocol, stand beside others by their ranges",
    what: /^TCP \.to: here "outbound\|.*", in Istio "(?:PassthroughCluster|BlackHoleCluster)"$/,
    holds: standBesideRanges,
  },
  ...["connections", "servers"].map((area) => ({
    area,
    why: "of several destinations any may ask for the caller's address to be hashed",
    what: /\.hashPolicy: here \[\{"sourceIp":\{\}\}\], in Istio undefined$/,
    text: /weight: [1-9][\s\S]*useSourceIp: true/,
  })),
  ...["connections", "servers"].map((area) => ({
    area,
    why: "how long connections may last holds where the mesh says it too",
    what: /^(?:T(?:CP|LS) |\.does)?\.(?:idleTimeout|maxDownstreamConnectionDuration): here ".*", in Istio undefined$/,
    text: /^ {2}defaultTrafficPolicy:\n {4}connectionPool:\n(?: {6}.*\n)* {8}(?:idleTimeout|maxConnectionDuration): /m,
  })),
  {
    area: "servers",
    why: "what the mesh asks of its own mTLS holds for gateways that take it too",
    what: /^\.ends\.(?:versions\[\]: here "TLSv1_3", in Istio "TLSv1_2"|suites: here \[".*\], in Istio \[\])$/,
    text: /(?=[\s\S]*mode: ISTIO_MUTUAL$)[\s\S]*^ {2}meshMTLS:$/m,
  },
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
