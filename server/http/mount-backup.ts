import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { pack as packTar } from "tar-stream";
import { mayUse } from "#core/access/endpoints.ts";
import { MANIFEST_NAME } from "#core/backup/manifest.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { sendText } from "#node/send-text.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Auth } from "#server/auth/auth.ts";
import type { Backup } from "#server/backup/make-backup.ts";
import { refusalNoter } from "#server/http/note-refused.ts";

export interface BackupOptions {
  readonly auth: Pick<Auth, "authenticate" | "checkOrigin" | "noteRefused">;
  readonly audit: Pick<Audit, "write">;
  readonly make: (signal: AbortSignal) => Promise<Backup>;
}

const BLOCK = 512;

/** All that the server keeps, with its keys, as one tar file. For administrators, one at a time. */
export function mountBackup({ auth, audit, make }: BackupOptions): HttpHandler {
  const noteRefused = refusalNoter(auth);
  let isUnderWay = false;
  return async (request, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      auth.checkOrigin(request);
      const principal = await auth.authenticate(request);
      if (principal === null || !mayUse("/api/backup", principal.role)) {
        noteRefused(request, `${principal?.name ?? "nobody who is known"} may not make a backup`);
        throw new PharosError(principal === null ? "unauthenticated" : "forbidden", "a backup holds every key", {
          hint: "use an administrator's API token",
        });
      }
      if (request.method !== "GET") throw new PharosError("invalid", "a backup is asked for with GET");
      if (isUnderWay)
        throw new PharosError("conflict", "a backup is being made at this moment", {
          hint: "try again once it is done",
        });
      isUnderWay = true;
      try {
        const backup = await make(gone.signal);
        try {
          // Before the first byte: who goes away before the last has the keys all the same.
          audit.write({
            actor: principal.name,
            action: "backup.make",
            resource: "all stores",
            outcome: "allowed",
            reason: "",
            from: request.socket.remoteAddress ?? "",
          });
          await send(backup, response);
        } finally {
          await backup.discard();
        }
      } finally {
        isUnderWay = false;
      }
    } catch (error) {
      // Who went away in the middle has no backup, and knows it.
      if (gone.signal.aborted || response.headersSent) return void response.destroy();
      const known = PharosError.from(error);
      if (known.code === "internal") throw known;
      sendText(response, ERROR_CODES[known.code].http, `${known.toString()}\n`);
    }
  };
}

async function send({ manifest, pathOf }: Backup, response: Parameters<HttpHandler>[1]): Promise<void> {
  const head = JSON.stringify(manifest, null, 2);
  const sizes = [Buffer.byteLength(head), ...manifest.files.map(({ bytes }) => bytes)];
  const size = sizes.reduce((sum, bytes) => sum + BLOCK + Math.ceil(bytes / BLOCK) * BLOCK, 2 * BLOCK);
  response.writeHead(200, {
    "content-type": "application/x-tar",
    "content-length": size,
    "content-disposition": `attachment; filename="pharos-${manifest.at.replaceAll(/[:.]/g, "-")}.tar"`,
    "cache-control": "no-store",
  });
  const pack = packTar();
  const sent = pipeline(pack, response);
  const fill = async (): Promise<void> => {
    const entry = { mode: 0o600, mtime: new Date(manifest.at) };
    pack.entry({ ...entry, name: MANIFEST_NAME }, head);
    for (const { name, bytes } of manifest.files)
      await pipeline(createReadStream(pathOf(name)), pack.entry({ ...entry, name, size: bytes }));
    pack.finalize();
  };
  await Promise.all([sent, fill()]);
}
