import type { X509Certificate } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { CONTROL_PLANE_IDENTITY } from "#core/identity/reserved-identity.ts";
import { CONTROL_PLANE_USAGE } from "#core/identity/server-mark.ts";
import { urisOf } from "#grpc/peer.ts";

const { namespace, serviceAccount } = CONTROL_PLANE_IDENTITY;
const CONTROL_PLANE_PATH = `/ns/${namespace}/sa/${serviceAccount}`;
const CONTROL_PLANE = new RegExp(`^spiffe://([^/]+)${CONTROL_PLANE_PATH}$`);

/**
 * Any workload of the mesh has a certificate under the same roots. Only the control plane's own name, and the usage that the
 * authority puts into no workload's certificate, make it the control plane. Returns its trust domain; throws "forbidden".
 */
export function verifyControlPlane(chain: readonly X509Certificate[]): string {
  const uris = chain[0] === undefined ? [] : urisOf(chain[0]);
  const match = uris.length === 1 ? CONTROL_PLANE.exec(uris[0] ?? "") : null;
  if (match?.[1] === undefined)
    throw new PharosError(
      "forbidden",
      `the server is not a control plane: its certificate names ${uris.join(", ") || "nobody"}`,
      { hint: `expected spiffe://DOMAIN${CONTROL_PLANE_PATH}; check the server's address` },
    );
  if (chain[0]?.keyUsage?.includes(CONTROL_PLANE_USAGE) !== true)
    throw new PharosError(
      "forbidden",
      `the server is not a control plane: its certificate has the name of one and not its extended key usage ${CONTROL_PLANE_USAGE}`,
      { hint: "where that is an older control plane, update it before its agents; if not, a workload poses as one" },
    );
  return match[1];
}

/**
 * For the first meeting, when there are no roots yet: the chain must lead, signature by signature, to the root whose
 * SHA-256 fingerprint (hex) the join token carries. Throws "forbidden".
 */
export function verifyPinnedChain(chain: readonly X509Certificate[], rootFingerprint: string, nowMs: number): void {
  const root = chain.at(-1);
  const wanted = rootFingerprint.replaceAll(":", "").toLowerCase();
  const found = root?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "none";
  if (root === undefined || found !== wanted) {
    throw new PharosError(
      "forbidden",
      `the server's root certificate is not the one of the join token (${found.slice(0, 16)}…, not ${wanted.slice(0, 16)}…)`,
      {
        hint: "this is another mesh's control plane, or somebody in between; make a token on the right one",
      },
    );
  }
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1] ?? root;
    const isSigned = issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    if (!isSigned)
      throw new PharosError("forbidden", `the server's chain is broken at ${certificate.subject || "its certificate"}`);
    if (nowMs < certificate.validFromDate.getTime() || nowMs > certificate.validToDate.getTime()) {
      throw new PharosError("forbidden", `the server's certificate is not valid now (until ${certificate.validTo})`, {
        hint: "check this host's clock",
      });
    }
  }
}
