import { createPrivateKey, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { create } from "@bufbuild/protobuf";
import { describeFileFault, FILE_BYTES_MAX, type FileFault } from "#core/xds/file-problem.ts";
import type { FileSecret } from "#core/xds/file-secret-name.ts";
import { pemBlocks } from "#node/pem-blocks.ts";
import { type Secret, SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";

const CERTIFICATES = new Set(["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"]);
const REVOCATIONS = new Set(["X509 CRL"]);

export interface ReadSecret {
  readonly secret: Secret;
  /** When the certificate that is shown ends, or each root of them, ms since the epoch. */
  readonly endsMs: readonly number[];
}

/** Why files are no secret. */
export class FileFaultError extends Error {
  readonly path: string;
  readonly fault: FileFault;
  readonly errno: string | undefined;

  constructor(secret: string, path: string, fault: FileFault, errno?: string) {
    super(describeFileFault({ secret, path, fault, ...(errno === undefined ? {} : { errno }) }));
    this.path = path;
    this.fault = fault;
    this.errno = errno;
  }
}

/** Files' content as a secret of Envoy's. Throws FileFaultError: a key that is another's, text that is no PEM. */
export function readFileSecret(name: string, source: FileSecret): ReadSecret {
  const fail = (path: string, fault: FileFault, errno?: string): never => {
    throw new FileFaultError(name, path, fault, errno);
  };
  if (source.kind === "roots") {
    const pem = read(source.path, fail);
    const certificates = parseCertificates(source.path, pem, fail);
    const revoked = source.revoked === undefined ? {} : { crl: inline(readRevocations(source.revoked, fail)) };
    return {
      secret: create(SecretSchema, {
        name,
        type: { case: "validationContext", value: { trustedCa: inline(pem), ...revoked } },
      }),
      endsMs: certificates.map((each) => each.validToDate.getTime()),
    };
  }
  const chain = read(source.certificate, fail);
  const [certificate] = parseCertificates(source.certificate, chain, fail);
  const key = read(source.key, fail);
  if (certificate === undefined || !certificate.checkPrivateKey(parseKey(source.key, key, fail)))
    return fail(source.key, "other-key");
  return {
    secret: create(SecretSchema, {
      name,
      type: { case: "tlsCertificate", value: { certificateChain: inline(chain), privateKey: inline(key) } },
    }),
    endsMs: [certificate.validToDate.getTime()],
  };
}

const inline = (text: string) => ({ specifier: { case: "inlineString", value: text } }) as const;

type Fail = (path: string, fault: FileFault, errno?: string) => never;

/** Whoever writes configuration names the path: neither a device or a pipe, which have no end, nor what is too large keeps the agent from its work. */
function read(path: string, fail: Fail): string {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) return fail(path, "no-file");
    const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
    if (length > FILE_BYTES_MAX) return fail(path, "too-large");
    return bytes.toString("utf8", 0, length);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(path, code === "ENOENT" ? "missing" : "unreadable", code);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parseCertificates(path: string, pem: string, fail: Fail): readonly X509Certificate[] {
  const { blocks, isWhole } = pemBlocks(pem, CERTIFICATES);
  // Half of a block is a file that somebody is still writing.
  if (!isWhole) return fail(path, "cut-off");
  if (blocks.length === 0) return fail(path, "no-certificate");
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return fail(path, "bad-certificate");
  }
}

/** Every list of a file; one that Envoy cannot read would have it trust nobody. */
function readRevocations(path: string, fail: Fail): string {
  const { blocks, isWhole } = pemBlocks(read(path, fail), REVOCATIONS);
  if (!isWhole) return fail(path, "cut-off");
  if (blocks.length === 0) return fail(path, "no-revocation-list");
  try {
    for (const crl of blocks) createSecureContext({ crl });
  } catch {
    return fail(path, "no-revocation-list");
  }
  return `${blocks.join("\n")}\n`;
}

function parseKey(path: string, pem: string, fail: Fail): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    return fail(path, "no-key");
  }
}
