import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { readOwnFile } from "#node/read-own-file.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import { sealingSecret } from "#server/ca/root-file.ts";
import { openSealedText, SealedTextSchema, sealText } from "#server/ca/sealed-text.ts";

const CIPHER = "aes-256-gcm";
const [IV_BYTES, TAG_BYTES, KEY_BYTES] = [12, 16, 32];

/** Seals what the database holds of credentials. `about` is sealed with it: no row can stand in the place of another. */
export interface CredentialCipher {
  seal(text: string, about: string): string;
  /** Throws where it was sealed with another key, about something else, or a bit has changed. */
  open(sealed: string, about: string): string;
}

/**
 * With the key in `credentials-key.json`, which is protected as the root's key beside it is; made where there is none: what was sealed before
 * is then not to be opened any more. Throws "unavailable" where the file is there and does not open.
 */
export function openCredentialCipher(dir: string, passphrase: string | undefined): CredentialCipher {
  const file = join(dir, "credentials-key.json");
  const secret = sealingSecret(dir, passphrase);
  const known = readOwnFile(file);
  const key = known === undefined ? randomBytes(KEY_BYTES) : openKey(file, known, secret);
  if (known === undefined) writeFileDurably(file, JSON.stringify(sealText(key.toString("base64"), secret)));
  return {
    seal(text, about) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(about));
      const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), data]).toString("base64");
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed, "base64");
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(about));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return text.toString("utf8");
    },
  };
}

function openKey(file: string, text: string, secret: string): Buffer {
  try {
    return Buffer.from(openSealedText(SealedTextSchema.parse(JSON.parse(text)), secret), "base64");
  } catch (cause) {
    throw new PharosError("unavailable", `the key of credentials in ${file} does not open`, {
      hint: "restore it together with ca-key-secret, or give the passphrase it was sealed with in PHAROS_CA_PASSPHRASE; without it, move the file away and apply every credential again",
      cause,
    });
  }
}
