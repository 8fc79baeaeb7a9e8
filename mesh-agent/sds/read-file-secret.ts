import { createPrivateKey, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import type { FileSecret } from "#core/xds/file-secret-name.ts";
import { type Secret, SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";

const CERTIFICATES =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** A system's whole list of roots is a quarter of it. */
const FILE_BYTES_MAX = 1_048_576;

export interface ReadSecret {
  readonly secret: Secret;
  /** When the first of its certificates ends, ms since the epoch. */
  readonly notAfterMs: number;
}

/** Files' content as a secret of Envoy's. Throws what is wrong with them: a key that is another's, text that is no PEM. */
export function readFileSecret(name: string, source: FileSecret): ReadSecret {
  if (source.kind === "roots") {
    const pem = read(source.path);
    const certificates = parseCertificates(source.path, pem);
    return {
      secret: create(SecretSchema, {
        name,
        type: { case: "validationContext", value: { trustedCa: inline(pem) } },
      }),
      notAfterMs: Math.min(...certificates.map((each) => each.validToDate.getTime())),
    };
  }
  const chain = read(source.certificate);
  const [certificate] = parseCertificates(source.certificate, chain);
  const key = read(source.key);
  if (certificate === undefined || !certificate.checkPrivateKey(parseKey(source.key, key)))
    throw new Error(`the key in ${source.key} is not that of the certificate in ${source.certificate}`);
  return {
    secret: create(SecretSchema, {
      name,
      type: { case: "tlsCertificate", value: { certificateChain: inline(chain), privateKey: inline(key) } },
    }),
    notAfterMs: certificate.validToDate.getTime(),
  };
}

const inline = (text: string) => ({ specifier: { case: "inlineString", value: text } }) as const;

/** Whoever writes configuration names the path: neither a device or a pipe, which have no end, nor what is too large keeps the agent from its work. */
function read(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) throw new Error(`${path} is no regular file`);
    const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
    if (length > FILE_BYTES_MAX) throw new Error(`${path} is larger than ${FILE_BYTES_MAX / 1024} KiB`);
    return bytes.toString("utf8", 0, length);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(code === "ENOENT" ? `${path} is not there` : `${path} cannot be read: ${code}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parseCertificates(path: string, pem: string): readonly X509Certificate[] {
  const blocks = pem.match(CERTIFICATES) ?? [];
  if (blocks.length === 0) throw new Error(`${path} holds no certificate in PEM`);
  // Half of a block is a file that somebody is still writing.
  if (pem.split(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/).length - 1 !== blocks.length)
    throw new Error(`${path} ends within a certificate`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new Error(`${path} holds a certificate that cannot be read`);
  }
}

function parseKey(path: string, pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`${path} holds no private key in PEM that can be read without a passphrase`);
  }
}
