import type { Authority } from "#server/ca/authority.ts";
import { ecKeys, makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";

const HOUR_MS = 3_600_000;

export interface IssuedIdentity {
  /** The whole chain, PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

/** A certificate of this identity with the key of its own; of one hour from now, unless told otherwise. */
export async function issueIdentity(
  authority: Authority,
  spiffeId: string,
  { fromMs = 0, lifeMs = HOUR_MS } = {},
): Promise<IssuedIdentity> {
  const keys = ecKeys();
  const { publicKey } = new x509.Pkcs10CertificateRequest(makeCsr({ keys }));
  const { chain } = await authority.issue({ publicKey, spiffeId, lifeMs }, Date.now() + fromMs);
  return { cert: chain.join(""), key: keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
}
