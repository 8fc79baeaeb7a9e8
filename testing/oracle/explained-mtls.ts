import type { Explained } from "#testing/oracle/explained-difference.ts";
import { at, type Json, textAt } from "#testing/oracle/json.ts";
import { someDocument } from "#testing/oracle/written-case.ts";

const isOfAll = (policy: Json): boolean => at(policy, "spec", "selector") === undefined;

/** Callers that speak otherwise on purpose. */
export const EXPLAINED_MTLS: readonly Explained[] = [
  {
    area: "mtls",
    why: "where a namespace has mTLS off, a workload or port that asks for it is spoken mTLS to",
    what: /^caller\[\]\.speaks: here \{"@type":"type\.googleapis\.com\/envoy\.extensions\.transport_sockets\.tls\.v3\.UpstreamTlsContext".*, in Istio undefined$/,
    holds: someDocument(
      "PeerAuthentication",
      (each) => isOfAll(each) && textAt(each, "spec", "mtls", "mode") === "DISABLE",
    ),
    text: /mode: (?:STRICT|PERMISSIVE)$/m,
  },
  {
    area: "mtls",
    why: "what the mesh asks of its own mTLS holds for callers too",
    what: /^caller\[\]\.speaks\.context\.tlsParams\.(?:cipherSuites: here \[.*\], in Istio undefined|tlsMinimumProtocolVersion: here "TLSv1_3", in Istio "TLSv1_2")$/,
    text: /^ {2}meshMTLS:$/m,
  },
];
