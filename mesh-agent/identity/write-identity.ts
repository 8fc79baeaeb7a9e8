import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

export interface WrittenIdentity {
  readonly spiffeId: string;
  readonly notAfter: string;
  readonly files: { readonly certificate: string; readonly key: string; readonly roots: string };
}

/** More than the three files together. */
const PROBE_BYTES = 16 * 1024;

/**
 * `pharos join`: trades a token for an identity and writes it as three PEM files, with Istio's names. What stood there is
 * replaced when the new identity is there, and untouched when it does not come.
 */
export async function writeIdentity({
  token,
  out,
  server,
}: {
  token: string;
  out: string;
  server?: string | undefined;
}): Promise<WrittenIdentity> {
  probe(out);
  const files = {
    certificate: join(out, "cert-chain.pem"),
    key: join(out, "key.pem"),
    roots: join(out, "root-cert.pem"),
  };
  const { identity } = await joinMesh(token, server);
  try {
    writeFileDurably(files.key, identity.keyPem);
    writeFileDurably(files.certificate, identity.chainPem, 0o644);
    writeFileDurably(files.roots, identity.rootsPem, 0o644);
  } catch (cause) {
    throw new PharosError("unavailable", `${PharosError.from(cause).message}; the token is used up`, {
      hint: "make room or fix permissions, and join with a new token",
      cause,
    });
  }
  return { spiffeId: identity.spiffeId, notAfter: new Date(identity.notAfterMs).toISOString(), files };
}

/** A token works once: what could keep the result from being written shows before it is spent. */
function probe(out: string): void {
  const file = join(out, ".pharos-join");
  try {
    mkdirSync(out, { recursive: true, mode: 0o700 });
    writeFileDurably(file, Buffer.alloc(PROBE_BYTES));
    rmSync(file, { force: true });
  } catch (cause) {
    const why = cause instanceof PharosError ? cause.message : `cannot make the directory ${out}: ${String(cause)}`;
    throw new PharosError("invalid", why, {
      hint: "name a directory that this user can write to with --out; the token was not used",
      cause,
    });
  }
}
