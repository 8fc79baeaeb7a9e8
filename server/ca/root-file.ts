import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { PharosError } from "#core/errors.ts";

/** The root's certificate and key as PEM. */
export interface RootFiles {
  readonly certificate: string;
  readonly key: string;
}

/** On disk: AES-256-GCM under a key from the passphrase, or from `ca-key-secret` beside it when none is set. */
interface Sealed {
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

/** Whole or not at all, and on the disk when it returns. Readable by this user only. */
export function writeFileDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

function sealingSecret(dir: string, passphrase: string | undefined): string {
  if (passphrase !== undefined) return passphrase;
  const path = join(dir, "ca-key-secret");
  if (!existsSync(path)) writeFileDurably(path, randomBytes(32).toString("base64"));
  return readFileSync(path, "utf8");
}

export function saveRoot(dir: string, root: RootFiles, passphrase: string | undefined): void {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", scryptSync(sealingSecret(dir, passphrase), salt, 32), iv);
  const data = Buffer.concat([cipher.update(root.key, "utf8"), cipher.final()]);
  const sealed: Sealed = {
    salt: salt.toString("base64"),
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
  writeFileDurably(join(dir, "ca-key.json"), JSON.stringify(sealed));
  writeFileDurably(join(dir, "root-cert.pem"), root.certificate);
}

/** Undefined before the first start. Throws when the key cannot be opened: a new root would cut off every proxy. */
export function loadRoot(dir: string, passphrase: string | undefined): RootFiles | undefined {
  const keyFile = join(dir, "ca-key.json");
  const certFile = join(dir, "root-cert.pem");
  if (!existsSync(keyFile) && !existsSync(certFile)) return undefined;
  try {
    const sealed = JSON.parse(readFileSync(keyFile, "utf8")) as Sealed;
    const key = scryptSync(sealingSecret(dir, passphrase), Buffer.from(sealed.salt, "base64"), 32);
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(sealed.iv, "base64"));
    decipher.setAuthTag(Buffer.from(sealed.tag, "base64"));
    const opened = Buffer.concat([decipher.update(Buffer.from(sealed.data, "base64")), decipher.final()]).toString(
      "utf8",
    );
    return { certificate: readFileSync(certFile, "utf8"), key: opened };
  } catch (cause) {
    throw new PharosError("unavailable", `the root's key in ${keyFile} cannot be opened`, {
      hint: "restore ca-key.json, ca-key-secret and root-cert.pem together, or give the passphrase it was sealed with in PHAROS_CA_PASSPHRASE; without it every proxy must join anew",
      cause,
    });
  }
}
