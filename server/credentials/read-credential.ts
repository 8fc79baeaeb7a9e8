import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { PharosError } from "#core/errors.ts";
import type { CertificateFacts, CredentialFacts, RevocationFacts } from "#core/registry/credential.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import { pemBlocks } from "#node/pem-blocks.ts";
import { X509Certificate as Authority, X509Crl } from "#server/ca/x509.ts";

const CERTIFICATE = new Set(["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"]);
const REVOCATION_LIST = new Set(["X509 CRL"]);
/** What Envoy (BoringSSL) can sign a handshake with. */
const CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const RSA_BITS_MIN = 2048;

type Usable = Extract<CredentialFacts, { kind: "usable" }>;
type Field = keyof CredentialMaterial;

/** What may be told of a credential. Throws "invalid", naming the field and the next step, for what no proxy could serve. */
export function readCredential(material: CredentialMaterial): Usable {
  const { certificate, key, roots, revocationList } = material;
  if (certificate === undefined && roots === undefined)
    throw new PharosError("invalid", "neither a certificate nor authorities are given", {
      hint: "give certificate and key for a server, roots for checking its clients, or both",
    });
  const pair = readPair(certificate, key);
  const authorities = roots === undefined ? [] : readCertificates("roots", roots);
  const revocation = revocationList === undefined ? undefined : readRevocationLists(revocationList, authorities);
  return {
    kind: "usable",
    digest: createHash("sha256")
      .update(JSON.stringify([certificate, key, roots, revocationList]))
      .digest("hex")
      .slice(0, 32),
    ...(pair === undefined ? {} : { certificate: factsOf(pair) }),
    roots: authorities.map(factsOf),
    ...(revocation === undefined ? {} : { revocation }),
  };
}

function refuse(field: Field, message: string, hint: string): never {
  throw new PharosError("invalid", `${field}: ${message}`, { hint });
}

/** The certificate that is shown. */
function readPair(certificate: string | undefined, key: string | undefined): X509Certificate | undefined {
  if (certificate === undefined) {
    if (key !== undefined) refuse("certificate", "is missing, and there is a key", "give the certificate of the key");
    return undefined;
  }
  const chain = readCertificates("certificate", certificate);
  if (key === undefined) refuse("key", "is missing: a certificate is served with its private key", "give it in PEM");
  const privateKey = readKey(key);
  const [first] = chain;
  if (first?.checkPrivateKey(privateKey)) return first;
  const at = chain.findIndex((each) => each.checkPrivateKey(privateKey));
  if (at > 0)
    refuse(
      "certificate",
      `the certificate of the key comes as number ${at + 1}`,
      "put it first, its issuers behind it",
    );
  return refuse("key", "is not that of the certificate", "give the certificate and the key of one pair");
}

function readCertificates(field: "certificate" | "roots", pem: string): readonly X509Certificate[] {
  const hint = "give certificates in PEM (-----BEGIN CERTIFICATE-----)";
  const { blocks, isWhole } = pemBlocks(pem, CERTIFICATE);
  if (/PRIVATE KEY-----/.test(pem)) refuse(field, "holds a private key", "give the key as `key`, and only there");
  if (!isWhole) refuse(field, "ends within a certificate", "give the whole file");
  if (blocks.length === 0) refuse(field, "holds no certificate in PEM", hint);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      return refuse(field, `certificate number ${index + 1} cannot be read`, hint);
    }
  });
}

function readKey(pem: string): KeyObject {
  const hint = "give an ECDSA (P-256, P-384, P-521) or RSA (2048 bits or more) key in PEM";
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    refuse("key", "is encrypted with a passphrase", "decrypt it first: `openssl pkey -in KEY -out PLAIN`");
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return refuse("key", "holds no private key in PEM that can be read", hint);
  }
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "ec" && CURVES.has(namedCurve)) return key;
  if (key.asymmetricKeyType === "rsa" && modulusLength >= RSA_BITS_MIN) return key;
  const what = [key.asymmetricKeyType, namedCurve, modulusLength || ""].filter((each) => each !== "").join(" ");
  return refuse("key", `Envoy serves no key of the kind ${what}`, hint);
}

/** Envoy with any list refuses every certificate whose issuer has none. */
function readRevocationLists(pem: string, roots: readonly X509Certificate[]): RevocationFacts {
  if (roots.length === 0) refuse("revocationList", "is given without roots", "give the authorities that it is of");
  const { blocks, isWhole } = pemBlocks(pem, REVOCATION_LIST);
  if (!isWhole) refuse("revocationList", "ends within a list", "give the whole file");
  if (blocks.length === 0) refuse("revocationList", "holds no revocation list in PEM", "give -----BEGIN X509 CRL-----");
  const lists = blocks.map((block, index) => {
    try {
      createSecureContext({ crl: block });
      return new X509Crl(Buffer.from(block.replace(/-----[^-]+-----/g, ""), "base64"));
    } catch {
      return refuse("revocationList", `list number ${index + 1} cannot be read`, "give -----BEGIN X509 CRL-----");
    }
  });
  const issuers = new Set(lists.map(({ issuer }) => issuer));
  return {
    lists: lists.map(({ issuer, thisUpdate, nextUpdate }) => ({
      issuer,
      thisUpdateMs: thisUpdate.getTime(),
      ...(nextUpdate === undefined ? {} : { nextUpdateMs: nextUpdate.getTime() }),
    })),
    withoutList: roots
      .filter(({ raw }) => !issuers.has(new Authority(raw).subject))
      .map(({ subject }) => inOneLine(subject)),
  };
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: inOneLine(certificate.subject),
    issuer: inOneLine(certificate.issuer),
    names: namesOf(certificate.subjectAltName),
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/** Node has none of a certificate that is named by its alternative names alone. */
function inOneLine(name: string | undefined): string {
  return (name ?? "").replaceAll("\n", ", ");
}

/** "DNS:a.example, IP Address:10.0.0.1, URI:spiffe://…", as Node writes them; what needs quotes is written in them. */
function namesOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(", ").flatMap((each) => {
    const [, name = ""] = /^(?:DNS|IP Address|URI|email):(.*)$/.exec(each) ?? [];
    return name === "" ? [] : [name.replace(/^"|"$/g, "")];
  });
}
