import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { writeAtomic } from "#mesh-agent/write-atomic.ts";

export interface WrittenIdentity {
  readonly spiffeId: string;
  readonly notAfter: string;
  readonly files: { readonly certificate: string; readonly key: string; readonly roots: string };
}

/** `pharos join`: trades a token for an identity and writes it as three PEM files, with Istio's names. */
export async function writeIdentity({
  token,
  out,
  server,
}: {
  token: string;
  out: string;
  server?: string | undefined;
}): Promise<WrittenIdentity> {
  // A token works once: what could keep the result from being written shows before it is spent.
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const files = {
    certificate: join(out, "cert-chain.pem"),
    key: join(out, "key.pem"),
    roots: join(out, "root-cert.pem"),
  };
  writeAtomic(files.key, "");
  const { identity } = await joinMesh(token, server);
  writeAtomic(files.key, identity.keyPem);
  writeAtomic(files.certificate, identity.chainPem, 0o644);
  writeAtomic(files.roots, identity.rootsPem, 0o644);
  return { spiffeId: identity.spiffeId, notAfter: new Date(identity.notAfterMs).toISOString(), files };
}
