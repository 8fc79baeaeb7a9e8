import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Callers that speak otherwise on purpose. */
export const EXPLAINED_MTLS: readonly Explained[] = [
  {
    area: "mtls",
    why: "where a namespace has mTLS off, a workload or port that asks for it is spoken mTLS to",
    what: /^caller\[\]\.speaks: here \{"@type":"type\.googleapis\.com\/envoy\.extensions\.transport_sockets\.tls\.v3\.UpstreamTlsContext".*, in Istio undefined$/,
    text: /mode: DISABLE[\s\S]*mode: (?:STRICT|PERMISSIVE)|mode: (?:STRICT|PERMISSIVE)[\s\S]*mode: DISABLE/,
  },
];
