import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A name of a certificate request; written as it is, whatever it holds. */
type CsrName =
  | { readonly kind: "uri" | "dns" | "email"; readonly value: string }
  | { readonly kind: "ip"; readonly bytes: readonly number[] };

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface CsrOptions {
  readonly keys?: KeyPair;
  /** Signs in the place of the request's own key. */
  readonly signedBy?: KeyPair;
  readonly subject?: string;
  /** One subjectAltName extension for each. */
  readonly names?: readonly (readonly CsrName[])[];
  /** Each set of names in an extensionRequest attribute of its own. */
  readonly isApart?: boolean;
  readonly isAuthority?: boolean;
}

const OID = {
  commonName: "550403",
  ecdsaWithSha256: "2a8648ce3d040302",
  rsaWithSha256: "2a864886f70d01010b",
  ed25519: "2b6570",
  extensionRequest: "2a864886f70d01090e",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
} as const;
const NAME_TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;
const SEQUENCE = 0x30;
const SET = 0x31;

function der(tag: number, ...items: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(items);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

export const ecKeys = (namedCurve = "P-256"): KeyPair => generateKeyPairSync("ec", { namedCurve });

/** A PKCS #10 request (RFC 2986) in PEM, wrong in whichever way is asked for. */
export function makeCsr(options: CsrOptions): string {
  const { keys = ecKeys(), signedBy = keys, subject, names = [], isApart = false, isAuthority = false } = options;
  const extensions = names.map((set) =>
    der(SEQUENCE, oid(OID.subjectAltName), der(0x04, der(SEQUENCE, ...set.map(encodeName)))),
  );
  if (isAuthority)
    extensions.push(der(SEQUENCE, oid(OID.basicConstraints), der(0x04, der(SEQUENCE, der(0x01, Buffer.of(0xff))))));
  const groups = isApart ? extensions.map((each) => [each]) : extensions.length > 0 ? [extensions] : [];
  const attributes = groups.map((group) => der(SEQUENCE, oid(OID.extensionRequest), der(SET, der(SEQUENCE, ...group))));
  const cn = subject === undefined ? [] : [der(SEQUENCE, oid(OID.commonName), der(0x0c, Buffer.from(subject)))];
  const info = der(
    SEQUENCE,
    der(0x02, Buffer.of(0)),
    der(SEQUENCE, ...cn.map((each) => der(SET, each))),
    keys.publicKey.export({ type: "spki", format: "der" }),
    der(0xa0, ...attributes),
  );
  const { algorithm, signature } = signInfo(info, signedBy.privateKey);
  const bytes = der(SEQUENCE, info, algorithm, der(0x03, Buffer.of(0), signature));
  const base64 = bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`;
}

function encodeName(name: CsrName): Buffer {
  return der(NAME_TAGS[name.kind], name.kind === "ip" ? Buffer.from(name.bytes) : Buffer.from(name.value, "latin1"));
}

function signInfo(info: Buffer, key: KeyObject): { readonly algorithm: Buffer; readonly signature: Buffer } {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return {
        algorithm: der(SEQUENCE, oid(OID.rsaWithSha256), der(0x05)),
        signature: sign("sha256", info, key),
      };
    case "ed25519":
      return { algorithm: der(SEQUENCE, oid(OID.ed25519)), signature: sign(null, info, key) };
    default:
      return { algorithm: der(SEQUENCE, oid(OID.ecdsaWithSha256)), signature: sign("sha256", info, key) };
  }
}
