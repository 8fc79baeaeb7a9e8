import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import { type Identity, parseIdentity } from "#mesh-agent/identity/identity.ts";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

const StoredSchema = z.object({
  keyPem: z.string(),
  chainPem: z.string(),
  rootsPem: z.string(),
  issuedAtMs: z.number(),
  server: z.string(),
});

export interface StoredIdentity {
  readonly identity: Identity;
  /** Control plane that issued it, "host:port". */
  readonly server: string;
}

/** Key and certificate are one file, so that they can never be of different ages. */
export function saveIdentity(file: string, { identity, server }: StoredIdentity): void {
  const { keyPem, chainPem, rootsPem, issuedAtMs } = identity;
  writeFileDurably(file, `${sealJson({ server, issuedAtMs, keyPem, chainPem, rootsPem }, 2)}\n`);
}

/** Undefined when there is none. Throws "invalid", naming the file, when it cannot be read. */
export function loadIdentity(file: string): StoredIdentity | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const stored = StoredSchema.parse(openSealed(readFileSync(file, "utf8")));
    const { keyPem, chainPem, rootsPem, issuedAtMs, server } = stored;
    return { server, identity: parseIdentity({ keyPem, certificates: [chainPem, rootsPem], issuedAtMs }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM")
      throw new PharosError("invalid", `${file} may not be read by this user`, {
        hint: "give it back to the user that the agent runs as, mode 0600",
        cause: error,
      });
    throw new PharosError("invalid", `${file} does not hold a usable identity`, {
      hint: "remove it and join again with a new token",
      cause: error,
    });
  }
}
