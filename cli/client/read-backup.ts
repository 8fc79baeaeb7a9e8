import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { type BackupManifest, MANIFEST_NAME, parseManifest } from "#core/backup/manifest.ts";
import { PharosError } from "#core/errors.ts";

const MANIFEST_BYTES_MAX = 1024 ** 2;

/**
 * Reads a backup to its end and holds each file against what the manifest says of it; with `pathOf`, each is written there too. Throws "invalid"
 * where one is cut, altered, missing or not named.
 */
export async function readBackup(path: string, pathOf?: (name: string) => string): Promise<BackupManifest> {
  const damaged = (what: string, cause?: unknown): PharosError =>
    new PharosError("invalid", `${path}: ${what}`, { hint: "take another backup; this one is not whole", cause });
  const unpack = extract();
  const fed = pipeline(createReadStream(path), unpack);
  // Told below, with what was read until then.
  fed.catch(() => undefined);
  let manifest: BackupManifest | undefined;
  const left = new Map<string, BackupManifest["files"][number]>();
  try {
    for await (const entry of unpack) {
      const { name, size = 0 } = entry.header;
      if (manifest === undefined) {
        if (name !== MANIFEST_NAME || size > MANIFEST_BYTES_MAX) throw damaged("it is no backup of Pharos");
        manifest = parseManifest(await text(entry));
        for (const file of manifest.files) left.set(file.name, file);
        continue;
      }
      const file = left.get(name);
      if (file === undefined) throw damaged(`${name} is in it and not in its manifest`);
      left.delete(name);
      const hash = createHash("sha256");
      entry.on("data", (chunk) => hash.update(chunk as Uint8Array));
      if (pathOf === undefined) for await (const _ of entry);
      else await pipeline(entry, createWriteStream(pathOf(name), { mode: 0o600, flush: true }));
      if (hash.digest("hex") !== file.sha256) throw damaged(`${name} is not what was backed up`);
    }
    await fed;
  } catch (error) {
    if (error instanceof PharosError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES")
      throw new PharosError("not-found", `${path} cannot be read: ${message}`, { cause: error });
    throw damaged(message, error);
  }
  if (manifest === undefined) throw damaged("it is no backup of Pharos");
  if (left.size > 0) throw damaged(`${[...left.keys()].join(", ")} is missing`);
  return manifest;
}
