import { CIPHER_SUITES } from "#core/kinds/gateway/cipher-suites.ts";
import type { GatewayServer, ServerTls as WrittenTls } from "#core/kinds/gateway/schema.ts";

export type TlsVersion = "TLS_AUTO" | "TLSV1_0" | "TLSV1_1" | "TLSV1_2" | "TLSV1_3";

/** How TLS ends at a gateway: as the mesh's own, or with files of the gateway's host. */
export type ServerTls = { readonly kind: "mesh" } | FileTls;

export interface FileTls {
  readonly kind: "files";
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
  /** Whom clients' certificates have to be from; undefined: nobody is asked for one. */
  readonly clients:
    | { readonly roots: string; readonly names: readonly string[]; readonly areRequired: boolean }
    | undefined;
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
  /** Of those that are known; empty: the proxy's own choice. */
  readonly cipherSuites: readonly string[];
}

/** Undefined where the server says nothing of TLS. */
export function resolveServerTls({ tls }: GatewayServer): ServerTls | undefined {
  if (tls === undefined) return undefined;
  return tls.mode === "ISTIO_MUTUAL" ? { kind: "mesh" } : withFiles(tls);
}

function withFiles(tls: WrittenTls): FileTls {
  const asks = tls.mode === "MUTUAL" || tls.mode === "OPTIONAL_MUTUAL";
  return {
    kind: "files",
    certificate: tls.serverCertificate ?? "",
    key: tls.privateKey ?? "",
    clients: asks
      ? { roots: tls.caCertificates ?? "", names: tls.subjectAltNames ?? [], areRequired: tls.mode === "MUTUAL" }
      : undefined,
    // As in Istio: nothing older than 1.2 unless it is asked for.
    oldest: tls.minProtocolVersion ?? "TLSV1_2",
    newest: tls.maxProtocolVersion ?? "TLS_AUTO",
    cipherSuites: [...new Set(tls.cipherSuites ?? [])].filter((suite) => CIPHER_SUITES.has(suite)),
  };
}
