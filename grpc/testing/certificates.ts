import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  type JsonGeneralNames,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as Crypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A root that tests issue certificates from; PEM throughout. */
export interface TestAuthority {
  readonly roots: string;
  /** One certificate with this URI name (or these names), good from a minute ago for `lifeMs`. */
  issue(names: string | JsonGeneralNames, lifeMs?: number): Promise<IssuedCertificate>;
  /** A list that says that these are revoked, PEM. */
  revoke(...certificates: readonly string[]): Promise<string>;
}

let serial = 1;
const nextSerial = (): string => (serial++).toString(16).padStart(4, "0");

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key as webcrypto.CryptoKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
}

export async function makeTestAuthority(name = "CN=test root"): Promise<TestAuthority> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
  const times = (lifeMs: number) => ({
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + lifeMs),
  });
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
    ...times(3_600_000),
  });
  return {
    roots: root.toString("pem"),
    async revoke(...certificates) {
      const list = await X509CrlGenerator.create({
        issuer: root.subject,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        thisUpdate: new Date(Math.floor(Date.now() / 1000 - 60) * 1000),
        nextUpdate: new Date(Math.floor(Date.now() / 1000 + 3600) * 1000),
        extensions: [await AuthorityKeyIdentifierExtension.create(root)],
        entries: certificates.map((pem) => ({
          serialNumber: new X509Certificate(pem).serialNumber,
          revocationDate: new Date(),
          // OpenSSL does not read the empty list of extensions that one without a reason has.
          reason: X509CrlReason.privilegeWithdrawn,
        })),
      });
      // As OpenSSL writes it, and Envoy reads it.
      return list.toString("pem").replaceAll(" CRL-----", " X509 CRL-----");
    },
    async issue(names, lifeMs = 3_600_000) {
      const own = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
      const cert = await X509CertificateGenerator.create({
        serialNumber: nextSerial(),
        issuer: root.subject,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          await AuthorityKeyIdentifierExtension.create(root),
          new SubjectAlternativeNameExtension(typeof names === "string" ? [{ type: "url", value: names }] : names),
        ],
        ...times(lifeMs),
      });
      return { cert: cert.toString("pem"), key: await pemOf(own.privateKey) };
    },
  };
}
