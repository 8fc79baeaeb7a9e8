export interface GatewaySpec {
  /** Labels of the gateway workloads, searched in all namespaces; absent selects every gateway. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly GatewayServer[];
}

export interface GatewayServer {
  readonly name?: string;
  readonly bind?: string;
  readonly port: { readonly number: number; readonly name: string; readonly protocol: string };
  /** `[namespace/]dns name`. */
  readonly hosts: readonly string[];
  readonly tls?: ServerTls;
}

export interface ServerTls {
  readonly httpsRedirect?: boolean;
  readonly mode?: "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";
  /** Paths of PEM files on the gateway's host. */
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly subjectAltNames?: readonly string[];
  readonly credentialName?: string;
  readonly minProtocolVersion?: TlsVersion;
  readonly maxProtocolVersion?: TlsVersion;
  readonly cipherSuites?: readonly string[];
}

export type TlsVersion = "TLS_AUTO" | "TLSV1_0" | "TLSV1_1" | "TLSV1_2" | "TLSV1_3";
