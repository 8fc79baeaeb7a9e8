import type { Cidr } from "#core/simulate/address.ts";
import type { AskConfig, Filter, RbacConfig } from "#core/simulate/filter.ts";
import type { HeaderOperations } from "#core/simulate/read/header-operations.ts";
import type { ReplyMapper } from "#core/simulate/read/replies.ts";
import type { TextTest } from "#core/simulate/read/string-matcher.ts";
import type { Route } from "#core/simulate/route.ts";
import type { VirtualHosts } from "#core/simulate/virtual-hosts.ts";

export interface HttpManager {
  readonly kind: "http";
  readonly normalizesPath: boolean;
  readonly mergesSlashes: boolean;
  readonly escapedSlashes: "keep" | "reject" | "redirect" | "forward";
  readonly stripsHostDot: boolean;
  readonly stripsPort: "no" | "matching" | "any";
  readonly usesRemoteAddress: boolean;
  readonly trustedHops: number;
  /** Clients that are taken for internal; none by itself, since Envoy 1.33. */
  readonly internal: readonly Cidr[];
  /** What requests may ask to go on as, in lower case: `websocket`. */
  readonly upgrades: ReadonlySet<string>;
  readonly underscores: "allow" | "reject" | "drop";
  readonly forwardClientCert: "sanitize" | "forward-only" | "append-forward" | "sanitize-set" | "always-forward";
  /** What becomes of headers before anything reads them. */
  readonly early: HeaderOperations;
  readonly filters: readonly Filter[];
  /** What becomes of the statuses of its own answers. */
  readonly replies: readonly ReplyMapper[];
  /** The name of its route configuration, or the configuration. */
  readonly routes: string | VirtualHosts;
}

export interface TcpProxy {
  readonly kind: "tcp";
  readonly clusters: readonly string[];
  readonly weights: readonly number[];
  /** The port at which the server is looked up that the connection's TLS is for; undefined: it is not. */
  readonly lookedUpAt: number | undefined;
}

/** What a filter chain asks of callers' TLS. */
export interface ServerTls {
  readonly needsCertificate: boolean;
  /** A credential that it needs and nobody has stored, `namespace/name`: no handshake is done without it. */
  readonly lacks: string | undefined;
  /** One of them has to hold for a name of the client's certificate; empty: its chain alone is checked. */
  readonly clientNames: readonly NameTest[];
}

/** A name that a peer's certificate must have. */
export interface NameTest extends TextTest {
  readonly of: "uri" | "dns" | "other";
}

export interface FilterChain {
  readonly name: string;
  /** Where it stands in its listener: `filterChains[0]`, `defaultFilterChain`. */
  readonly path: string;
  readonly match: ChainMatch;
  /** Where its connections' route is written, if it says. */
  readonly origins: Route["origins"];
  /** Undefined: plain text. */
  readonly tls: ServerTls | undefined;
  /** Network filters that decide before the last. */
  readonly guards: readonly ((RbacConfig | AskConfig) & { readonly path: string })[];
  /** Undefined where one of its filters, or of those of its listener, is not evaluated here. */
  readonly serves: Served | undefined;
}

/** What decides about a chain's requests or connections, with its place: `filterChains[0].filters[1]`. */
export type Served = (HttpManager | TcpProxy) & { readonly path: string };

/** All that a chain asks of a connection; what is empty asks nothing. */
export interface ChainMatch {
  /** 0: any. */
  readonly destinationPort: number;
  readonly destinations: readonly Cidr[];
  /** `*.example.com` is any name below. */
  readonly serverNames: readonly string[];
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSources: readonly Cidr[];
  readonly sourceType: "any" | "same-host" | "external";
  readonly sources: readonly Cidr[];
  readonly sourcePorts: readonly number[];
}

export interface Listener {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly binds: boolean;
  readonly usesOriginalDestination: boolean;
  /** Whether an inspector looks at connections to a port. */
  readonly inspectsTls: (port: number) => boolean;
  readonly inspectsHttp: (port: number) => boolean;
  readonly chains: readonly FilterChain[];
  readonly defaultChain: FilterChain | undefined;
}
