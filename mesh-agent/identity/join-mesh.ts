import { X509Certificate } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { connectGrpc } from "#grpc/client.ts";
import { splitPem } from "#mesh-agent/identity/identity.ts";
import type { StoredIdentity } from "#mesh-agent/identity/identity-file.ts";
import { requestCertificate } from "#mesh-agent/identity/request-certificate.ts";
import { verifyControlPlane, verifyPinnedChain } from "#mesh-agent/identity/verify-control-plane.ts";

/**
 * Trades a join token for an identity. The server is believed only when its chain leads to the root whose fingerprint the
 * token carries; nothing is sent before. Throws "forbidden" for another mesh, "unauthenticated" for a used or old token,
 * "unavailable" when nobody answers.
 */
export async function joinMesh(tokenText: string, server?: string): Promise<StoredIdentity> {
  const token = parseJoinToken(tokenText);
  const address = server ?? token.server;
  const client = await connectGrpc({
    address,
    tls: {
      verify: (chain) => {
        verifyPinnedChain(chain, token.rootFingerprint, Date.now());
        verifyControlPlane(chain);
      },
    },
  });
  try {
    const identity = await requestCertificate(client, formatSpiffeId(token), tokenText.trim());
    if (!rootFingerprints(identity.rootsPem).includes(token.rootFingerprint)) {
      throw new PharosError("forbidden", `${address} answered with roots that do not include the join token's`);
    }
    return { identity, server: address };
  } finally {
    client.close();
  }
}

/** SHA-256 of each root's DER, lower-case hex, as join tokens carry it. */
export function rootFingerprints(rootsPem: string): string[] {
  return splitPem(rootsPem).map((pem) => new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase());
}
