import { createPublicKey, type KeyObject } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import * as x509 from "#server/ca/x509.ts";

const RSA_BITS_MIN = 2048;
/** A request for one name with an RSA key of 4096 bits has about 1,700. */
const CHARS_MAX = 16 * 1024;
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

function refuse(why: string, hint: string): never {
  throw new PharosError("invalid", `the certificate request ${why}`, { hint });
}

/**
 * The public key of a PKCS #10 request that asks for exactly `spiffeId`. Throws "invalid" for what is no request, a bad
 * signature or a weak key, "forbidden" for any other name or none. Its subject is ignored, as Istio does.
 */
export async function checkCsr(pem: string, spiffeId: string): Promise<x509.PublicKey> {
  if (pem.length > CHARS_MAX)
    refuse(`has ${pem.length} characters, more than ${CHARS_MAX}`, "send one request, for one name");
  const { csr, publicKey, names, isAuthority } = readCsr(pem);
  checkKey(publicKey);
  if (!(await csr.verify().catch(() => false)))
    refuse("is not signed by its own key", "make the request again with the key it is for");
  if (isAuthority)
    throw new PharosError("forbidden", "the certificate request asks for an authority", {
      hint: "leaf certificates only",
    });
  const [name, ...others] = names;
  if (name?.type !== "url" || name.value !== spiffeId || others.length > 0) {
    const asked = names.map(({ type, value }) => (type === "url" ? value : `${type} ${value}`)).join(", ");
    throw new PharosError(
      "forbidden",
      `the certificate request asks for ${asked || "no name"}, but the caller is ${spiffeId}`,
      { hint: "ask for exactly the caller's own id" },
    );
  }
  return publicKey;
}

interface ReadCsr {
  readonly csr: x509.Pkcs10CertificateRequest;
  readonly publicKey: x509.PublicKey;
  /** Of every extension that carries names: a second one is not to hide behind the first. */
  readonly names: readonly x509.GeneralName[];
  readonly isAuthority: boolean;
}

function readCsr(pem: string): ReadCsr {
  try {
    const csr = new x509.Pkcs10CertificateRequest(pem);
    if (lengthOf(new Uint8Array(csr.rawData)) !== csr.rawData.byteLength) throw new Error("bytes follow the request");
    const extensions = csr
      .getAttributes(EXTENSION_REQUEST)
      .flatMap((attribute) => (attribute instanceof x509.ExtensionsAttribute ? attribute.items : []));
    return {
      csr,
      publicKey: csr.publicKey,
      names: extensions.flatMap((each) =>
        each instanceof x509.SubjectAlternativeNameExtension ? each.names.items : [],
      ),
      isAuthority: extensions.some((each) => each instanceof x509.BasicConstraintsExtension && each.ca),
    };
  } catch {
    return refuse("cannot be read", "send a PKCS #10 request in PEM");
  }
}

/** Bytes of the DER value that begins here, its header with them: the parser reads one and looks no further. */
function lengthOf(der: Uint8Array): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return der.subarray(2, 2 + count).reduce((length, byte) => length * 256 + byte, 0) + 2 + count;
}

function checkKey(publicKey: x509.PublicKey): void {
  const hint = `use ECDSA P-256, or RSA of ${RSA_BITS_MIN} bits or more`;
  const key = readKey(publicKey, hint);
  const { namedCurve = "a curve of its own", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType ?? "unknown";
  if (kind === "ec" && namedCurve !== "prime256v1") refuse(`has an ECDSA key on ${namedCurve}`, hint);
  if (kind === "rsa" && modulusLength < RSA_BITS_MIN) refuse(`has an RSA key of ${modulusLength} bits`, hint);
  if (kind !== "ec" && kind !== "rsa") refuse(`has a key of the kind ${kind}`, hint);
}

function readKey(publicKey: x509.PublicKey, hint: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(publicKey.rawData), format: "der", type: "spki" });
  } catch {
    return refuse("has a key of an unknown kind", hint);
  }
}
