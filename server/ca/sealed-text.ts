import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { z } from "zod";

/** Text under AES-256-GCM with a key that scrypt makes of a secret. */
export const SealedTextSchema = z.object({ salt: z.base64(), iv: z.base64(), tag: z.base64(), data: z.base64() });
export type SealedText = z.infer<typeof SealedTextSchema>;

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;

export function sealText(text: string, secret: string): SealedText {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, scryptSync(secret, salt, KEY_BYTES), iv);
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    salt: salt.toString("base64"),
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

/** Throws where the secret is another, or a bit has changed. */
export function openSealedText({ salt, iv, tag, data }: SealedText, secret: string): string {
  const key = scryptSync(secret, Buffer.from(salt, "base64"), KEY_BYTES);
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, "base64"), { authTagLength: 16 });
  decipher.setAuthTag(Buffer.from(tag, "base64"));
  return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
}
