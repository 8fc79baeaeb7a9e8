import { generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { der } from "#mesh-agent/identity/der.ts";

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  extensionRequest: "1.2.840.113549.1.9.14",
  subjectAltName: "2.5.29.17",
} as const;
const URI_NAME = 6;

export interface KeyAndCsr {
  /** PKCS #8 PEM; never leaves this host. */
  readonly keyPem: string;
  readonly csrPem: string;
}

/** A new ECDSA P-256 key and a PKCS #10 request (RFC 2986) for one URI name: empty subject, critical SAN, as SPIFFE wants. */
export async function makeCsr(uri: string): Promise<KeyAndCsr> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  const bytes = signRequest(privateKey, publicKey.export({ type: "spki", format: "der" }), uri);
  const base64 = bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    csrPem: `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`,
  };
}

function signRequest(privateKey: KeyObject, publicKeyInfo: Buffer, uri: string): Buffer {
  const names = der.sequence(der.implicit(URI_NAME, Buffer.from(uri, "ascii")));
  const extension = der.sequence(der.oid(OID.subjectAltName), der.boolean(true), der.octets(names));
  const attribute = der.sequence(der.oid(OID.extensionRequest), der.set(der.sequence(extension)));
  const info = der.sequence(der.integer(0), der.sequence(), publicKeyInfo, der.tagged(0, attribute));
  return der.sequence(info, der.sequence(der.oid(OID.ecdsaWithSha256)), der.bits(sign("sha256", info, privateKey)));
}
