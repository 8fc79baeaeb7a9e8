import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { readOwnFile } from "#node/read-own-file.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import { openSealedText, type SealedText, SealedTextSchema, sealText } from "#server/ca/sealed-text.ts";

/** The root's certificate and key as PEM. */
export interface RootFiles {
  readonly certificate: string;
  readonly key: string;
}

/** On disk the key is sealed with the passphrase, or with `ca-key-secret` beside it when none is set. */
const TOGETHER = "restore ca-key.json, ca-key-secret and root-cert.pem together from one backup";
const LAST_RESORT = "without it every proxy must join anew, to a server that starts in an empty directory";

function pathsIn(dir: string): { readonly key: string; readonly certificate: string; readonly secret: string } {
  return {
    key: join(dir, "ca-key.json"),
    certificate: join(dir, "root-cert.pem"),
    secret: join(dir, "ca-key-secret"),
  };
}

/** A variable that is set to nothing seals nothing: it counts as none. */
function isSet(passphrase: string | undefined): passphrase is string {
  return passphrase !== undefined && passphrase !== "";
}

export function saveRoot(dir: string, root: RootFiles, passphrase: string | undefined): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const paths = pathsIn(dir);
  if (!isSet(passphrase) && !existsSync(paths.secret))
    writeFileDurably(paths.secret, randomBytes(32).toString("base64"));
  const secret = isSet(passphrase) ? passphrase : readSecret(paths);
  writeFileDurably(paths.key, JSON.stringify(sealText(root.key, secret)));
  writeFileDurably(paths.certificate, root.certificate);
}

/**
 * Undefined before the first start. Throws "unavailable", and writes nothing, when the key cannot be opened: a new root
 * would cut off every proxy.
 */
export function loadRoot(dir: string, passphrase: string | undefined): RootFiles | undefined {
  const paths = pathsIn(dir);
  if (!existsSync(paths.key) && !existsSync(paths.certificate)) return undefined;
  for (const path of [paths.key, paths.certificate])
    if (!existsSync(path)) refuse(`${path} is missing`, `${TOGETHER}; ${LAST_RESORT}`);
  const certificate = readCertificate(paths.certificate);
  const sealed = readSealed(paths.key);
  const secret = isSet(passphrase) ? passphrase : readSecret(paths);
  try {
    return matching(paths.certificate, certificate, openSealedText(sealed, secret));
  } catch (cause) {
    if (cause instanceof PharosError) throw cause;
    const given = isSet(passphrase) ? "the passphrase in PHAROS_CA_PASSPHRASE" : paths.secret;
    return refuse(`the root's key in ${paths.key} does not open with ${given}`, hintFor(paths, passphrase), cause);
  }
}

/** What keys of the server are sealed with beside the root's: the passphrase, or else `ca-key-secret`, which the root made. */
export function sealingSecret(dir: string, passphrase: string | undefined): string {
  return isSet(passphrase) ? passphrase : readSecret(pathsIn(dir));
}

/** A certificate whose bits changed is well-formed all the same, and no proxy would believe what it signed. */
function matching(path: string, certificate: string, key: string): RootFiles {
  const root = new X509Certificate(certificate);
  if (root.verify(root.publicKey) && root.checkPrivateKey(createPrivateKey(key))) return { certificate, key };
  return refuse(
    `the root's certificate in ${path} is damaged, or belongs to another key`,
    `${TOGETHER}; ${LAST_RESORT}`,
  );
}

function readCertificate(path: string): string {
  const pem = readOwnFile(path) ?? "";
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    return refuse(`the root's certificate in ${path} is damaged`, `${TOGETHER}; ${LAST_RESORT}`, cause);
  }
}

function readSealed(path: string): SealedText {
  const text = readOwnFile(path) ?? "";
  try {
    return SealedTextSchema.parse(JSON.parse(text));
  } catch (cause) {
    return refuse(`the root's key in ${path} is damaged`, `${TOGETHER}; ${LAST_RESORT}`, cause);
  }
}

function readSecret({ key, secret }: ReturnType<typeof pathsIn>): string {
  const text = readOwnFile(secret);
  if (text !== undefined) return text;
  return refuse(
    `the root's key in ${key} is sealed, and there is neither ${secret} nor a passphrase`,
    `give the passphrase it was sealed with in PHAROS_CA_PASSPHRASE, or restore ca-key-secret; ${LAST_RESORT}`,
  );
}

function hintFor({ secret }: ReturnType<typeof pathsIn>, passphrase: string | undefined): string {
  if (!isSet(passphrase)) return `${TOGETHER}; ${LAST_RESORT}`;
  if (existsSync(secret)) return "it was sealed without a passphrase: unset PHAROS_CA_PASSPHRASE";
  return `give the passphrase it was sealed with in PHAROS_CA_PASSPHRASE; ${LAST_RESORT}`;
}

function refuse(message: string, hint: string, cause?: unknown): never {
  throw new PharosError("unavailable", message, { hint, cause });
}
