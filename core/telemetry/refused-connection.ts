import { type AccessEntry, textOf } from "#core/telemetry/access-entry.ts";

/** Why a listener ended a connection before anybody read of it. */
export type RefusalCause = "plaintext" | "no-certificate" | "certificate" | "handshake" | "server-name";

/** Who refused: a sidecar, which wants the mesh's certificates, or a gateway, which wants what its servers say. */
const WORDS = {
  mtls: {
    plaintext: "mTLS is required: plain text",
    "no-certificate": "mTLS is required: no certificate",
    certificate: "mTLS is required: a certificate that is not trusted",
    handshake: "mTLS is required: the TLS handshake failed",
    "server-name": "mTLS is required: the TLS handshake failed",
  },
  tls: {
    plaintext: "TLS is required: plain text",
    "no-certificate": "a client certificate is required: there was none",
    certificate: "a client certificate is required: it is not trusted",
    handshake: "the TLS handshake failed",
    "server-name": "no server of the port has the name that was asked for",
  },
} as const satisfies Record<string, Record<RefusalCause, string>>;

const MARK = /^(m?tls)\[([a-z-]+)\](?:-policy\[([^/\]]*)\/([^\]]*)\])?$/;
const OF_SIDECARS = "mtls[";

/**
 * What keys such a connection where others have the policy that denied: `mtls[CAUSE]` at a sidecar, `tls[CAUSE]` at a
 * gateway. Empty for lines of other kinds: only a listener's own log has a reason of the transport's (Envoy's
 * `DOWNSTREAM_TRANSPORT_FAILURE_REASON`), or no chain.
 */
export function parseRefusal(entry: AccessEntry): string {
  const cause = causeOf(entry);
  return cause === undefined ? "" : `${entry.dir === "gateway" ? "tls" : "mtls"}[${cause}]`;
}

function causeOf({ dir, cd, tf }: AccessEntry): RefusalCause | undefined {
  const reason = textOf(tf);
  // A gateway's chains are for names; of a sidecar's there is one for every TLS connection.
  if (textOf(cd) === "filter_chain_not_found") return dir === "gateway" && reason === "" ? "server-name" : "plaintext";
  if (reason === "") return undefined;
  if (reason.includes("PEER_DID_NOT_RETURN_A_CERTIFICATE")) return "no-certificate";
  if (reason.includes("CERTIFICATE_VERIFY_FAILED")) return "certificate";
  return /:(HTTP_REQUEST|WRONG_VERSION_NUMBER)\b/.test(reason) ? "plaintext" : "handshake";
}

/**
 * A listener's line of a connection that was not refused: Envoy's TLS inspector gives plain text a reason of the
 * transport's (`TLS_error|…`, where a handshake's is `TLS_error:…`), and a chain for plain text took it all the same.
 */
export function isPlaintextGuess(entry: AccessEntry): boolean {
  return textOf(entry.tf).startsWith("TLS_error|") && textOf(entry.cd) !== "filter_chain_not_found";
}

export function isRefusal(deniedBy: string): boolean {
  return MARK.test(deniedBy);
}

/** Whether a sidecar refused it, for want of the mesh's mTLS. */
export function isRefusedBySidecar(deniedBy: string): boolean {
  return isRefusal(deniedBy) && deniedBy.startsWith(OF_SIDECARS);
}

/** Whether a gateway did: strangers at the edge of the mesh, who never became anybody's callers. */
export function isRefusedByGateway(deniedBy: string): boolean {
  return isRefusal(deniedBy) && !deniedBy.startsWith(OF_SIDECARS);
}

/** The same with the PeerAuthentication that asks for mTLS. */
export function withPolicy(
  refusal: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
) {
  return isRefusedBySidecar(refusal) ? `${refusal}-policy[${namespace}/${name}]` : refusal;
}

/** What a person reads: `PeerAuthentication/NAMESPACE/NAME` where one asks for mTLS, else why; undefined for denials of other kinds. */
export function nameRefusal(deniedBy: string): string | undefined {
  const [, by, cause, namespace, name] = MARK.exec(deniedBy) ?? [];
  if (by === undefined || cause === undefined) return undefined;
  if (namespace !== undefined) return `PeerAuthentication/${namespace}/${name}`;
  const words = by === "tls" ? WORDS.tls : WORDS.mtls;
  return Object.hasOwn(words, cause) ? words[cause as RefusalCause] : words.handshake;
}
