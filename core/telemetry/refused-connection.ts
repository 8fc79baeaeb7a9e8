import { type AccessEntry, textOf } from "#core/telemetry/access-entry.ts";

/** Why an inbound listener ended a connection before anybody read of it. */
export type RefusalCause = "plaintext" | "no-certificate" | "certificate" | "handshake";

const WORDS = {
  plaintext: "mTLS is required: plain text",
  "no-certificate": "mTLS is required: no certificate",
  certificate: "mTLS is required: a certificate that is not trusted",
  handshake: "mTLS is required: the TLS handshake failed",
} as const satisfies Record<RefusalCause, string>;

const MARK = /^mtls\[([a-z-]+)\](?:-policy\[([^/\]]*)\/([^\]]*)\])?$/;

/**
 * What keys such a connection where others have the policy that denied: `mtls[CAUSE]`. Empty for lines of other kinds:
 * only a listener's own log has a reason of the transport's (Envoy's `DOWNSTREAM_TRANSPORT_FAILURE_REASON`), or no chain.
 */
export function parseRefusal(entry: AccessEntry): string {
  if (textOf(entry.cd) === "filter_chain_not_found") return markRefusal("plaintext");
  const reason = textOf(entry.tf);
  if (reason === "") return "";
  if (reason.includes("PEER_DID_NOT_RETURN_A_CERTIFICATE")) return markRefusal("no-certificate");
  return markRefusal(reason.includes("CERTIFICATE_VERIFY_FAILED") ? "certificate" : "handshake");
}

/**
 * A listener's line of a connection that was not refused: Envoy's TLS inspector gives plain text a reason of the
 * transport's (`TLS_error|…`, where a handshake's is `TLS_error:…`), and a chain for plain text took it all the same.
 */
export function isPlaintextGuess(entry: AccessEntry): boolean {
  return textOf(entry.tf).startsWith("TLS_error|") && textOf(entry.cd) !== "filter_chain_not_found";
}

function markRefusal(cause: RefusalCause): string {
  return `mtls[${cause}]`;
}

export function isRefusal(deniedBy: string): boolean {
  return MARK.test(deniedBy);
}

/** The same with the PeerAuthentication that asks for mTLS. */
export function withPolicy(
  refusal: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
) {
  return isRefusal(refusal) ? `${refusal}-policy[${namespace}/${name}]` : refusal;
}

/** What a person reads: `PeerAuthentication/NAMESPACE/NAME` where one asks for mTLS, else why; undefined for denials of other kinds. */
export function nameRefusal(deniedBy: string): string | undefined {
  const [, cause, namespace, name] = MARK.exec(deniedBy) ?? [];
  if (cause === undefined) return undefined;
  if (namespace !== undefined) return `PeerAuthentication/${namespace}/${name}`;
  return Object.hasOwn(WORDS, cause) ? WORDS[cause as RefusalCause] : WORDS.handshake;
}
