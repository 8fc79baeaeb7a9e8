import { crc32 } from "node:zlib";

/** JSON of an object with the checksum of what it says, so that one flipped bit is seen where it is read again. */
export function sealJson(value: object, indent?: number): string {
  return JSON.stringify({ ...value, checksum: checksumOf(value) }, null, indent);
}

/** What `sealJson` was given. Text without a checksum is older than checksums, and believed. Throws when it is damaged. */
export function openSealed(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed) || !("checksum" in parsed)) return parsed;
  const { checksum, ...value } = parsed;
  if (checksum !== checksumOf(value)) throw new Error("its checksum does not match: it was changed or damaged");
  return value;
}

function checksumOf(value: object): string {
  return crc32(JSON.stringify(value)).toString(16).padStart(8, "0");
}
