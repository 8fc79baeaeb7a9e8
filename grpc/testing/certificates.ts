import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  type JsonGeneralNames,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
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
