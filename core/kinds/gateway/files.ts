import type { GatewaySpec } from "#core/kinds/gateway/schema.ts";
import type { PlacedFiles } from "#core/kinds/kind.ts";

const TLS_PROTOCOLS = new Set(["HTTPS", "TLS"]);

/** The files of servers at which TLS ends with a certificate of their own. */
export function listGatewayFiles({ servers }: GatewaySpec): PlacedFiles[] {
  return servers.flatMap(({ port, tls }, index): PlacedFiles[] => {
    if (tls === undefined || !TLS_PROTOCOLS.has(port.protocol.toUpperCase())) return [];
    const { mode = "PASSTHROUGH", serverCertificate = "", privateKey = "", caCertificates = "" } = tls;
    if (mode === "PASSTHROUGH" || mode === "ISTIO_MUTUAL") return [];
    const at = (file: string, field: string) => ({ file, path: ["spec", "servers", index, "tls", field] });
    const pair = { certificate: at(serverCertificate, "serverCertificate"), key: at(privateKey, "privateKey") };
    return mode === "SIMPLE" ? [pair] : [pair, { roots: at(caCertificates, "caCertificates") }];
  });
}
