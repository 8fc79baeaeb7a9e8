import type { Snapshot } from "#core/registry/snapshot.ts";
import type { InstanceHeader, ProxyHeader } from "#server/envoy/testing/read-case.ts";

/** A server behind the mesh. HTTP ones answer with who they are and what reached them. */
export interface AppHeader {
  readonly name: string;
  /** `h2`: HTTP/2 without TLS, with `grpc-status: 0` and `trailers` at the end of answers. */
  readonly protocol?: "http" | "h2" | "tcp";
  /** Where it listens; 127.0.0.1 where absent. */
  readonly address?: string;
  /** A TCP one that says its name only where a header of the PROXY protocol, in text, comes first. */
  readonly asksProxyHeader?: boolean;
  /** An HTTP one that takes CONNECT to ports of this host. */
  readonly tunnels?: boolean;
  /** An HTTP one that switches to whatever protocol it is asked for. */
  readonly upgrades?: boolean;
  /** Serves TLS with a certificate for this name. */
  readonly tls?: string;
  /** Of clients without a certificate of the mesh's authority it takes no connection. */
  readonly asksCertificate?: boolean;
  /** It is asked about requests: it lets in whose `x-user` is `ann`, and nobody where `status` is another than 200. */
  readonly authorizer?: "http" | "grpc";
  /** What an authorizer puts into requests that it lets in, besides `x-role`. */
  readonly gives?: Readonly<Record<string, string>>;
  /** Answers every request with it; 200 where absent. */
  readonly status?: number;
  /** So many tries of each request, told apart by x-request-id, get `status`; those after them 200. */
  readonly fails?: number;
  /** So many tries of each request end with their connection. */
  readonly resets?: number;
  /** Takes requests and never answers. */
  readonly hangs?: boolean;
  /** Headers of its answers. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Of a service that is made for it: see `ScenarioShorthand`. */
  readonly serves?: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Question {
  /** Port of this host. */
  readonly to: number;
  /** As clients of a forward proxy ask. */
  readonly url?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Asked over TLS with this server name, also where bytes are sent. */
  readonly sni?: string;
  /** Asked over TLS with the certificate of this account, `namespace/name`, or `namespace/name@trust-domain`, as sidecars ask. */
  readonly as?: string;
  /** Over HTTP/2. */
  readonly http2?: boolean;
  /** Protocol to switch to: answered by 101, or by a request's answer. */
  readonly upgrade?: string;
  /** Bytes of a connection of its own instead of a request; its first line of answer is who answered. */
  readonly tcp?: string;
  /** Bytes of a request as they are; lines end as the file's do, in CRLF on the wire. */
  readonly raw?: string;
}

export interface Expectation {
  readonly status?: number;
  /** Who answered. */
  readonly app?: string;
  /** Of the answer; null: not there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Of an answer over HTTP/2. */
  readonly trailers?: Readonly<Record<string, string | null>>;
  /** What reached the application. */
  readonly seen?: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string | null>>;
    /** Whose certificate the called proxy has checked, `namespace/name` of the account; null: nobody's. */
    readonly peer?: string | null;
  };
  /** How many different applications answered, of all `times`. */
  readonly apps?: number;
  /** How often applications were asked for one answer. */
  readonly tries?: number;
  /** The client was told to go on before it sent its body. */
  readonly continued?: boolean;
  /** The answer did not come before. */
  readonly atLeastMs?: number;
  /** Copies that reached other applications, by their names. */
  readonly copies?: Readonly<Record<string, Expectation["seen"]>>;
  /** The connection is closed by the proxy, nothing said by the client. */
  readonly closed?: boolean;
}

export interface Step {
  readonly name?: string;
  readonly ask: Question;
  /** Once where absent; each answer must be as expected. */
  readonly times?: number;
  /** Asked again until it is as expected, all `times`: what Envoy does a moment after what came before. */
  readonly soon?: boolean;
  /** Why the simulator does not foresee it. */
  readonly unforeseen?: string;
  readonly expect: Expectation;
}

export interface Scenario {
  readonly apps: readonly AppHeader[];
  readonly proxies: readonly ProxyHeader[];
  readonly steps: readonly Step[];
  /** What proxies have counted once all is asked: proxy → statistic → value, among those that agents have Envoy keep. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly snapshot: Snapshot;
}

/** What many scenarios have, in a line each. */
export interface ScenarioShorthand {
  /** Port of the forward proxy of a sidecar `client-0` in `default`, of the account `client`. */
  readonly client?: number;
  /** `host:port:bindPort` of connections through that sidecar. */
  readonly outbound?: readonly string[];
  /** Ports of a gateway `edge` in `istio-system`, labelled `istio: gw`, and where they are bound. */
  readonly edge?: Readonly<Record<string, number>>;
  /** Sidecars in front of applications, each with a service of the mesh in `default`. */
  readonly workloads?: readonly WorkloadShorthand[];
}

export interface WorkloadShorthand {
  /** Also its account's, and its label `app`. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * `port name:application port:inbound port`; services have port 8080, 8081, … in this order, of the protocol that the name
   * starts with.
   */
  readonly ports: readonly string[];
}

export interface ScenarioHeader extends ScenarioShorthand {
  readonly apps?: readonly (string | AppHeader)[];
  readonly proxies?: readonly ProxyHeader[];
  readonly instances?: readonly InstanceHeader[];
  /** Payloads of tokens by their names, which stand for the signed tokens in the rest of the file; `$jwks` for the keys. */
  readonly tokens?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly steps: readonly Step[];
  readonly counts?: Scenario["counts"];
}
