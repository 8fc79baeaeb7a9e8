import type { Explained } from "#testing/oracle/explained-difference.ts";
import { at, type Json, listAt, textAt } from "#testing/oracle/json.ts";
import { type Cause, explainedBy, hasMember, withoutMembers } from "#testing/oracle/without-causes.ts";
import type { Written } from "#testing/oracle/world.ts";
import { someDocument } from "#testing/oracle/written-case.ts";

const isOfAll = (policy: Json): boolean => at(policy, "spec", "selector") === undefined;

/** A rule with `tls`, a subset of which has settings for a port without. */
const leavesTlsOut = ({ kind, spec }: Written): boolean =>
  kind === "DestinationRule" &&
  at(spec as Json, "trafficPolicy", "tls") !== undefined &&
  listAt(spec as Json, "subsets").some((subset) =>
    listAt(subset, "trafficPolicy", "portLevelSettings").some((each) => at(each, "tls") === undefined),
  );

export const SUBSET_PORT_CAUSE: Cause = {
  why: "a rule's tls says nothing of a port for which a subset has settings without",
  what: /speaks: here (?:undefined, in Istio \{|\{.*, in Istio undefined$)/,
  isIn: (documents) => documents.some(leavesTlsOut),
  inIstio: (documents) =>
    documents.map((each) => {
      if (!leavesTlsOut(each)) return each;
      const { trafficPolicy, ...spec } = each.spec as { readonly trafficPolicy: { readonly tls: object } };
      const { tls: _, ...rest } = trafficPolicy;
      // Istio refuses a policy that says nothing.
      return { ...each, spec: Object.keys(rest).length === 0 ? spec : { ...spec, trafficPolicy: rest } };
    }),
};

export const MESH_MTLS_CAUSE: Cause = {
  why: "what the mesh asks of its own mTLS holds for callers too",
  what: /speaks\.(?:around\.)?context\.tlsParams\.(?:cipherSuites: here \[.*\], in Istio undefined|tlsMinimumProtocolVersion: here "TLSv1_3", in Istio "TLSv1_2")$/,
  isIn: (documents) => hasMember(documents, "meshMTLS"),
  here: (documents) => withoutMembers(documents, ["meshMTLS"]),
};

/** What has callers speak otherwise on purpose. */
export const MTLS_CAUSES: readonly Cause[] = [MESH_MTLS_CAUSE, SUBSET_PORT_CAUSE];

/** Callers that speak otherwise on purpose. */
export const EXPLAINED_MTLS: readonly Explained[] = [
  ...explainedBy("mtls", MTLS_CAUSES),
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
];
