import { rootsBeside } from "#core/kinds/credential-reference.ts";
import { knownSuites } from "#core/kinds/gateway/cipher-suites.ts";
import type { GatewayServer, ServerTls as WrittenTls } from "#core/kinds/gateway/schema.ts";

export type TlsVersion = "TLS_AUTO" | "TLSV1_0" | "TLSV1_1" | "TLSV1_2" | "TLSV1_3";

/** How TLS ends at a gateway: as the mesh's own, or with certificates of the gateway's. */
export type ServerTls = { readonly kind: "mesh" } | OwnTls;

/** Paths of PEM files on the gateway's host, or a stored credential as it is written. */
export type CertificateSource =
  | { readonly kind: "files"; readonly certificate: string; readonly key: string }
  | { readonly kind: "credential"; readonly credential: string };
export type RootsSource =
  | { readonly kind: "file"; readonly path: string; readonly revoked: string | undefined }
  | { readonly kind: "credential"; readonly credential: string };

export interface OwnTls {
  readonly kind: "own";
  /** At least one; of several, clients are shown the one that they can check. */
  readonly certificates: readonly CertificateSource[];
  /** Whom clients' certificates have to be from; undefined: nobody is asked for one. */
  readonly clients: CheckedClients | undefined;
  /** Undefined: as the mesh says, and nothing older than 1.2, as in Istio. */
  readonly oldest: TlsVersion | undefined;
  readonly newest: TlsVersion;
  /** Of those that are known; empty: as the mesh says. */
  readonly cipherSuites: readonly string[];
  readonly curves: readonly string[];
}

export interface CheckedClients {
  readonly roots: RootsSource;
  readonly names: readonly string[];
  readonly areRequired: boolean;
  /** SHA-256 of public keys in base64, and of certificates in hex: one of either has to be a client's. */
  readonly keyHashes: readonly string[];
  readonly certificateHashes: readonly string[];
  /** Whoever issued it. */
  readonly takesUntrusted: boolean;
}

/** Undefined where the server says nothing of TLS. */
export function resolveServerTls({ tls }: { readonly tls?: GatewayServer["tls"] | undefined }): ServerTls | undefined {
  if (tls === undefined) return undefined;
  return tls.mode === "ISTIO_MUTUAL" ? { kind: "mesh" } : withOwn(tls);
}

function withOwn(tls: WrittenTls): OwnTls {
  return {
    kind: "own",
    certificates: certificatesOf(tls),
    clients: tls.mode === "MUTUAL" || tls.mode === "OPTIONAL_MUTUAL" ? clientsOf(tls) : undefined,
    oldest: tls.minProtocolVersion === "TLS_AUTO" ? undefined : tls.minProtocolVersion,
    newest: tls.maxProtocolVersion ?? "TLS_AUTO",
    cipherSuites: knownSuites(tls.cipherSuites ?? []),
    curves: tls.ecdhCurves ?? [],
  };
}

function namesOf({ credentialName, credentialNames }: WrittenTls): readonly string[] {
  return credentialName === undefined ? (credentialNames ?? []) : [credentialName];
}

function certificatesOf(tls: WrittenTls): readonly CertificateSource[] {
  const names = namesOf(tls);
  if (names.length > 0) return names.map((credential) => ({ kind: "credential", credential }));
  return (tls.tlsCertificates ?? [tls]).map(({ serverCertificate = "", privateKey = "" }) => ({
    kind: "files",
    certificate: serverCertificate,
    key: privateKey,
  }));
}

function clientsOf(tls: WrittenTls): CheckedClients {
  const [first] = namesOf(tls);
  return {
    roots:
      first === undefined
        ? { kind: "file", path: tls.caCertificates ?? "", revoked: tls.caCrl }
        : { kind: "credential", credential: tls.caCertCredentialName ?? rootsBeside(first) },
    names: tls.subjectAltNames ?? [],
    areRequired: tls.mode === "MUTUAL",
    keyHashes: tls.verifyCertificateSpki ?? [],
    certificateHashes: tls.verifyCertificateHash ?? [],
    takesUntrusted: tls.insecureSkipVerify ?? false,
  };
}
