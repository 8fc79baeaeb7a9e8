import { PharosError } from "#core/errors.ts";
import * as x509 from "#server/ca/x509.ts";

const RSA_BITS_MIN = 2048;

function refuse(why: string, hint: string): never {
  throw new PharosError("invalid", `the certificate request ${why}`, { hint });
}

/**
 * The public key of a PKCS #10 request that asks for exactly `spiffeId` (or for no name at all, as Istio's agents may).
 * Throws "invalid" for a bad signature or a weak key, "forbidden" for any other name.
 */
export async function checkCsr(pem: string, spiffeId: string): Promise<x509.PublicKey> {
  let csr: x509.Pkcs10CertificateRequest;
  try {
    csr = new x509.Pkcs10CertificateRequest(pem);
  } catch {
    return refuse("cannot be read", "send a PKCS #10 request in PEM");
  }
  const verified = await csr.verify().catch(() => false);
  if (!verified) refuse("is not signed by its own key", "make the request again with the key it is for");
  const algorithm = csr.publicKey.algorithm as { name: string; namedCurve?: string; modulusLength?: number };
  const isGoodKey =
    (algorithm.name === "ECDSA" && algorithm.namedCurve === "P-256") ||
    (algorithm.name.startsWith("RSA") && (algorithm.modulusLength ?? 0) >= RSA_BITS_MIN);
  if (!isGoodKey)
    refuse(
      `has a key of the kind ${algorithm.name} ${algorithm.namedCurve ?? algorithm.modulusLength ?? ""}`,
      `use ECDSA P-256, or RSA of ${RSA_BITS_MIN} bits or more`,
    );
  const constraints = csr.extensions.find((extension) => extension instanceof x509.BasicConstraintsExtension);
  if (constraints?.ca)
    throw new PharosError("forbidden", "the certificate request asks for an authority", {
      hint: "leaf certificates only",
    });
  const names =
    csr.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const others = names.filter(({ type, value }) => type !== "url" || value !== spiffeId);
  if (others.length > 0 || names.length > 1) {
    throw new PharosError(
      "forbidden",
      `the certificate request asks for ${names.map(({ value }) => value).join(", ")}, but the caller is ${spiffeId}`,
      { hint: "ask for exactly the caller's own id" },
    );
  }
  return csr.publicKey;
}
