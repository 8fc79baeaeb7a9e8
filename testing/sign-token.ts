import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Who signs: the private half, and the public one as a key set has it. */
export interface Signer {
  readonly algorithm: string;
  readonly key: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

function pair(
  algorithm: string,
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
  own: object,
): Signer {
  return { algorithm, key: privateKey, jwk: { ...publicKey.export({ format: "jwk" }), ...own } };
}

/** One of each type, made anew for each process; with and without what a key may say of itself. */
export function makeSigners(): {
  readonly ec: Signer;
  readonly rsa: Signer;
  readonly ed: Signer;
  readonly secret: Signer;
} {
  const secret = Buffer.from("a secret of thirty-two bytes, yes");
  return {
    ec: pair("ES256", generateKeyPairSync("ec", { namedCurve: "P-256" }), { kid: "ec", alg: "ES256" }),
    rsa: pair("RS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), { kid: "rsa" }),
    ed: pair("EdDSA", generateKeyPairSync("ed25519"), {}),
    secret: {
      algorithm: "HS256",
      key: createSecretKey(secret),
      jwk: { kty: "oct", kid: "secret", k: secret.toString("base64url") },
    },
  };
}

/** A token of RFC 7519; `header` changes what its header says. */
export function signToken(
  payload: unknown,
  { algorithm, key }: Signer,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: algorithm, typ: "JWT", ...header })}.${part(payload)}`;
  return `${text}.${signatureOf(text, algorithm, key).toString("base64url")}`;
}

function signatureOf(text: string, algorithm: string, key: KeyObject): Buffer {
  const data = Buffer.from(text);
  if (algorithm === "EdDSA") return sign(null, data, key);
  if (algorithm.startsWith("HS"))
    return createHmac(`sha${algorithm.slice(2)}`, key)
      .update(data)
      .digest();
  return sign(`sha${algorithm.slice(2)}`, data, algorithm.startsWith("ES") ? { key, dsaEncoding: "ieee-p1363" } : key);
}
