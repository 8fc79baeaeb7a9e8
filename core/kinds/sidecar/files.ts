import type { PlacedFiles } from "#core/kinds/kind.ts";
import type { SidecarSpec } from "#core/kinds/sidecar/schema.ts";

/** The files with which its listeners end TLS of callers from outside. */
export function listSidecarFiles({ ingress = [] }: SidecarSpec): PlacedFiles[] {
  return ingress.flatMap(({ tls }, index): PlacedFiles[] => {
    if (tls === undefined) return [];
    const { mode, serverCertificate = "", privateKey = "", caCertificates = "", caCrl } = tls;
    const at = (file: string, field: string) => ({ file, path: ["spec", "ingress", index, "tls", field] });
    const pair = { certificate: at(serverCertificate, "serverCertificate"), key: at(privateKey, "privateKey") };
    if (mode === "SIMPLE") return [pair];
    const roots = at(caCertificates, "caCertificates");
    return [pair, caCrl === undefined ? { roots } : { roots, revoked: at(caCrl, "caCrl") }];
  });
}
