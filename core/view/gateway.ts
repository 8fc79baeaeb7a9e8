import type { CertificateFacts } from "#core/registry/credential.ts";
import type { CredentialState } from "#core/resolve/credential-use.ts";
import type { Serves } from "#core/resolve/gateway-ports.ts";

/** What a server shows, or checks its clients by. */
export interface GatewayCertificate {
  readonly part: "pair" | "roots";
  /** `namespace/name` of a credential, or the path of a file on the gateway's host. */
  readonly name: string;
  /** Of a file nothing is known here. */
  readonly state: CredentialState | "on-host";
  /** Of a credential that can be used: the certificate, or each authority. */
  readonly facts: readonly CertificateFacts[];
}

export interface GatewayServerView {
  readonly index: number;
  /** As it is written; empty: it has none. */
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly serves: Serves;
  readonly hosts: readonly string[];
  /** SIMPLE, MUTUAL, PASSTHROUGH, …; null: callers come without TLS. */
  readonly tls: string | null;
  readonly isRedirected: boolean;
  readonly certificates: readonly GatewayCertificate[];
  /** VirtualServices that it lets in, and the hosts under which. */
  readonly routes: readonly { readonly ref: string; readonly hosts: readonly string[] }[];
}

export interface GatewayProxy {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly state: "acknowledged" | "waiting" | "refused" | "away";
}

export interface GatewayView {
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServerView[];
  /** Those that serve it, connected or not. */
  readonly proxies: readonly GatewayProxy[];
  /** What is wrong with it, worst first. */
  readonly problems: readonly {
    readonly severity: "error" | "warning";
    readonly message: string;
    readonly path: string;
    /** What to do about it; empty where nothing is said. */
    readonly hint: string;
  }[];
}
