import { constants, createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto";

type Jwk = Readonly<Record<string, unknown>>;

const known = new WeakMap<Jwk, KeyObject | null>();

/** Whether a signature is a JSON Web Key's, by an algorithm of RFC 7518; false for a key that is none, and for an algorithm that is not its own. */
export function verifySignature(jwk: Jwk, algorithm: string, text: string, signature: Uint8Array): boolean {
  const digest = `sha${algorithm.slice(2)}`;
  const data = Buffer.from(text);
  try {
    if (jwk.kty === "oct") {
      const made = createHmac(digest, Buffer.from(String(jwk.k), "base64url"))
        .update(data)
        .digest();
      return made.length === signature.length && timingSafeEqual(made, signature);
    }
    const key = publicKeyOf(jwk);
    if (key === null) return false;
    switch (algorithm.slice(0, 2)) {
      case "RS":
        return jwk.kty === "RSA" && verify(digest, data, key, signature);
      case "PS": {
        const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
        return jwk.kty === "RSA" && verify(digest, data, { key, ...padding }, signature);
      }
      case "ES":
        return jwk.kty === "EC" && verify(digest, data, { key, dsaEncoding: "ieee-p1363" }, signature);
      default:
        return algorithm === "EdDSA" && jwk.kty === "OKP" && verify(null, data, key, signature);
    }
  } catch {
    return false;
  }
}

/** Read once for each key. */
function publicKeyOf(jwk: Jwk): KeyObject | null {
  const found = known.get(jwk);
  if (found !== undefined) return found;
  let key: KeyObject | null;
  try {
    key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  } catch {
    key = null;
  }
  known.set(jwk, key);
  return key;
}
