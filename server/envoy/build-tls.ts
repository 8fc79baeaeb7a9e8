import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import type { ProxySettings, TlsBounds } from "#core/mesh-config/proxy-settings.ts";
import type { CredentialUse } from "#core/resolve/credential-use.ts";
import type { ClientTls } from "#core/resolve/traffic-settings.ts";
import { nameCredential, nameMissing } from "#core/xds/credential-name.ts";
import { nameCertificate, nameRoots } from "#core/xds/file-secret-name.ts";
import { SECRET_NAMES } from "#core/xds/secret-names.ts";
import type { TransportSocketSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ApiConfigSource_ApiType, ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import { RawBufferSchema } from "#proto/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import {
  type CertificateValidationContextSchema,
  SubjectAltNameMatcher_SanType,
  type TlsParametersSchema,
  TlsParameters_TlsProtocol as TlsVersion,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import type { SdsSecretConfigSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";

type TransportSocketInit = Init<typeof TransportSocketSchema>;
type CommonInit = Init<typeof CommonTlsContextSchema>;
type SdsInit = Init<typeof SdsSecretConfigSchema>;

const TLS = "envoy.transport_sockets.tls";
const OLDEST = { TLSV1_2: TlsVersion.TLSv1_2, TLSV1_3: TlsVersion.TLSv1_3 } as const;

/** As in Istio. Left alone, Envoy's callers would stop at 1.2. */
function versions({ oldest, cipherSuites }: TlsBounds): Init<typeof TlsParametersSchema> {
  return {
    tlsMinimumProtocolVersion: OLDEST[oldest],
    tlsMaximumProtocolVersion: TlsVersion.TLSv1_3,
    cipherSuites: [...cipherSuites],
  };
}

/** A client that begins TLS and does not go on holds a connection no longer. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;
/** The agent answers at once where files are whole. */
const FILE_TIMEOUT_MS = 2000;

/** A secret of the agent's, over the bootstrap's cluster `sds-grpc`. */
function secret(name: string, fetchTimeoutMs = 0): SdsInit {
  return {
    name,
    sdsConfig: {
      resourceApiVersion: ApiVersion.V3,
      initialFetchTimeout: durationMs(fetchTimeoutMs),
      configSourceSpecifier: {
        case: "apiConfigSource",
        value: {
          apiType: ApiConfigSource_ApiType.GRPC,
          transportApiVersion: ApiVersion.V3,
          setNodeOnFirstMessageOnly: true,
          grpcServices: [{ targetSpecifier: { case: "envoyGrpc", value: { clusterName: AGENT_CLUSTERS.secrets } } }],
        },
      },
    },
  };
}

/** A secret of the control plane's, over the stream that everything else comes by. */
function served(name: string): SdsInit {
  return {
    name,
    sdsConfig: {
      resourceApiVersion: ApiVersion.V3,
      initialFetchTimeout: durationMs(FILE_TIMEOUT_MS),
      configSourceSpecifier: { case: "ads", value: {} },
    },
  };
}

/** A part of a stored credential. What nobody has is named otherwise: Envoy would go on with the last that it had. */
export function credentialSecret(use: CredentialUse): SdsInit {
  return served(use.state === "usable" ? nameCredential(use) : nameMissing(use));
}

/** Files of the proxy's host, kept up to date by its agent: what needs them serves as soon as they are whole, and keeps nothing else waiting. */
export function fileCertificate(certificate: string, key: string): SdsInit {
  return secret(nameCertificate(certificate, key), FILE_TIMEOUT_MS);
}

/** The same of authorities. */
export function fileRoots(path: string, revoked: string | undefined): SdsInit {
  return secret(nameRoots(path, revoked), FILE_TIMEOUT_MS);
}

/** How a peer's certificate is checked, by its authorities and `names` of which it must have one. */
export function checkPeers(
  roots: SdsInit,
  names: readonly string[],
  more: Init<typeof CertificateValidationContextSchema> = {},
): Pick<CommonInit, "validationContextType"> {
  return {
    validationContextType: {
      case: "combinedValidationContext",
      value: {
        defaultValidationContext: { matchTypedSubjectAltNames: subjectAltNames(names), ...more },
        validationContextSdsSecretConfig: roots,
      },
    },
  };
}

function sanMatchers(kind: "exact" | "prefix", names: readonly string[], sanType: SubjectAltNameMatcher_SanType) {
  return names.map((value) => ({ sanType, matcher: { matchPattern: { case: kind, value } as const } }));
}

/** Own certificate, and peers whose chain leads to the mesh's roots and whose URI is one of `uris` (exact, or by prefix). */
function meshContext(
  uris: readonly string[],
  kind: "exact" | "prefix",
  alpn: readonly string[],
  bounds: TlsBounds,
): CommonInit {
  return {
    tlsParams: versions(bounds),
    alpnProtocols: [...alpn],
    tlsCertificateSdsSecretConfigs: [secret(SECRET_NAMES.certificate)],
    validationContextType: {
      case: "combinedValidationContext",
      value: {
        defaultValidationContext: {
          matchTypedSubjectAltNames: sanMatchers(kind, uris, SubjectAltNameMatcher_SanType.URI),
        },
        validationContextSdsSecretConfig: secret(SECRET_NAMES.roots),
      },
    },
  };
}

/** What a caller says that it speaks; undefined: each connection pool says its own, `h2`, `http/1.1`, or nothing for TCP. */
type Spoken = "http2" | "http1" | undefined;

export function meshUpstream(
  uris: readonly string[],
  sni: string,
  spoken: Spoken,
  bounds: TlsBounds,
): TransportSocketInit {
  const alpn = spoken === undefined ? [] : spoken === "http2" ? ["h2"] : ["istio", "http/1.1"];
  return typed(TLS, UpstreamTlsContextSchema, { sni, commonTlsContext: meshContext(uris, "exact", alpn, bounds) });
}

/** Terminates mTLS of any workload of these trust domains. */
export function meshDownstream(trustDomains: readonly string[], bounds: TlsBounds): TransportSocketInit {
  const prefixes = trustDomains.map((each) => `spiffe://${each}/`);
  return typed(TLS, DownstreamTlsContextSchema, {
    requireClientCertificate: true,
    commonTlsContext: meshContext(prefixes, "prefix", ["h2", "http/1.1"], bounds),
  });
}

export const PLAIN: TransportSocketInit = typed("envoy.transport_sockets.raw_buffer", RawBufferSchema, {});

/** One of these names must stand in the peer's certificate, as a DNS name or, with a scheme, as a URI. */
function subjectAltNames(names: readonly string[]) {
  return [
    ...sanMatchers(
      "exact",
      names.filter((name) => !name.includes("://")),
      SubjectAltNameMatcher_SanType.DNS,
    ),
    ...sanMatchers(
      "exact",
      names.filter((name) => name.includes("://")),
      SubjectAltNameMatcher_SanType.URI,
    ),
  ];
}

export interface RuleUpstream {
  /** Absent where each request names its own. */
  readonly sni: string | undefined;
  /** Who the server has to be; where nobody says, the one it was asked for. */
  readonly names: readonly string[];
  /** A name that the rule asks by is for finding the server alone: without names only its chain is checked, as in Istio. */
  readonly isSniWritten: boolean;
  readonly isHttp2: boolean;
  /** Servers are checked by the host's authorities where the rule names none. */
  readonly verifiesServers: boolean;
  /** What the rule names by `credentialName`; undefined where it gives files. */
  readonly credentials: RuleCredentials | undefined;
  readonly bounds: ProxySettings["otherTls"];
}

/** A rule's stored credential, as its caller finds it. */
export interface RuleCredentials {
  readonly pair: CredentialUse | undefined;
  readonly roots: CredentialUse | undefined;
}

/** What a DestinationRule's `tls` asks for other than the mesh's own mTLS. Without authorities of its own, the host's decide. */
export function ruleUpstream(
  tls: ClientTls,
  { sni, names, isSniWritten, isHttp2, verifiesServers, credentials, bounds }: RuleUpstream,
): TransportSocketInit {
  // Of a wildcard host nobody knows the one name.
  const own = sni === undefined || sni.includes("*") ? undefined : sni;
  const isTrusting = !verifiesServers && tls.caCertificates === undefined && credentials?.roots === undefined;
  const expected = names.length > 0 || own === undefined || isSniWritten ? names : [own];
  return typed(TLS, UpstreamTlsContextSchema, {
    ...(own === undefined ? {} : { sni: own }),
    commonTlsContext: {
      // How old it may be is for servers to say, as in Istio.
      tlsParams: { ...versions({ ...bounds, oldest: "TLSV1_2" }), ecdhCurves: [...bounds.curves] },
      // Else each pool says what it speaks; of TCP there is nothing to say.
      alpnProtocols: isHttp2 ? ["h2"] : [],
      ...(tls.mode === "MUTUAL"
        ? {
            tlsCertificateSdsSecretConfigs: [
              credentials?.pair === undefined
                ? fileCertificate(tls.clientCertificate ?? "", tls.privateKey ?? "")
                : credentialSecret(credentials.pair),
            ],
          }
        : {}),
      ...(tls.insecureSkipVerify === true || isTrusting ? {} : checkPeers(rootsOf(tls, credentials), expected)),
    },
  });
}

function rootsOf({ caCertificates, caCrl }: ClientTls, credentials: RuleUpstream["credentials"]): SdsInit {
  if (credentials?.roots !== undefined) return credentialSecret(credentials.roots);
  return caCertificates === undefined ? secret(SECRET_NAMES.systemRoots) : fileRoots(caCertificates, caCrl);
}
