import { PharosError } from "#core/errors.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { Peer } from "#grpc/peer.ts";

/**
 * A node is who its certificate says: trusted, in its time, with the SPIFFE id of the namespace and account that the node
 * names. Returns that id. Throws "unauthenticated" without a good certificate, "forbidden" with another's.
 */
export function authorizeNode(node: ProxyNode, peer: Peer, trustDomain: string, nowMs: number): string {
  const { certificate } = peer;
  if (certificate === null)
    throw new PharosError("unauthenticated", `node ${node.id} showed no certificate`, {
      hint: "join first: `pharos agent` or `pharos join` with a token",
    });
  if (certificate.notAfter.getTime() <= nowMs)
    throw new PharosError(
      "unauthenticated",
      `the certificate of node ${node.id} ended at ${certificate.notAfter.toISOString()}`,
      { hint: "join again with a new token" },
    );
  if (!certificate.isTrusted)
    throw new PharosError(
      "unauthenticated",
      `the certificate of node ${node.id} is not trusted: ${certificate.problem}`,
      { hint: "join again with a new token" },
    );
  const account = node.metadata.SERVICE_ACCOUNT;
  const prefix = `spiffe://${trustDomain}/ns/${node.namespace}/sa/`;
  const [uri, ...more] = certificate.uris;
  if (uri === undefined || more.length > 0 || !uri.startsWith(prefix) || (account !== "" && uri !== prefix + account)) {
    throw new PharosError(
      "forbidden",
      `node ${node.id} needs the identity ${prefix}${account || "…"} but showed ${certificate.uris.join(", ") || "none"}`,
      {
        hint: "a proxy's namespace and service account are those of the token it joined with",
      },
    );
  }
  return uri;
}
