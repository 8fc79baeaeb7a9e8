import type { NameTest } from "#core/simulate/listener.ts";

/** How a caller connects to an endpoint. */
export type ClientTls =
  | { readonly kind: "plain" }
  | {
      readonly kind: "tls";
      /** Undefined: the host of the request (auto SNI), or none. */
      readonly serverName: string | undefined;
      /** Empty: as the pool speaks, `h2`, `http/1.1`, or nothing for TCP. */
      readonly alpn: readonly string[];
      /** The name of the secret with its own certificate; undefined: it shows none. */
      readonly certificate: string | undefined;
      /** One of them has to be in the server's certificate; empty: its chain alone is checked, or nothing is. */
      readonly serverNames: readonly NameTest[];
      readonly isChecked: boolean;
      /** It is checked by the mesh's own authorities: nobody but a workload of the mesh is taken. */
      readonly trustsMesh: boolean;
      /** A credential that it needs and nobody has stored, `namespace/name`: no handshake is done without it. */
      readonly lacks: string | undefined;
    };

/** A transport socket for endpoints whose metadata says all of `match`. */
export interface SocketMatch {
  readonly name: string;
  readonly index: number;
  readonly match: ReadonlyMap<string, string>;
  readonly socket: ClientTls;
}

export interface Endpoint {
  /** An IP address, a name to be looked up, or a socket's path. */
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly health: "healthy" | "degraded" | "unhealthy";
  readonly priority: number;
  readonly locality: string;
  readonly localityWeight: number;
  /** `workload;namespace;app;version`, where it is in the mesh. */
  readonly workload: string | undefined;
  /** What transport sockets are matched by. */
  readonly socketMatch: ReadonlyMap<string, string>;
}

export interface Cluster {
  readonly name: string;
  readonly discovery: "eds" | "static" | "strict-dns" | "logical-dns" | "original-dst" | "by-call";
  /** With which callers' agents answer DNS for its service. */
  readonly addresses: readonly string[];
  /** Of its endpoints, where they are a resource of their own. */
  readonly endpointsName: string;
  readonly endpoints: readonly Endpoint[];
  readonly balancer:
    | "round-robin"
    | "least-request"
    | "random"
    | "ring-hash"
    | "maglev"
    | "cluster-provided"
    | "utilization";
  readonly weighsLocalities: boolean;
  /** Of hosts that are healthy: below it all are used. */
  readonly panicPercent: number;
  readonly sockets: readonly SocketMatch[];
  readonly socket: ClientTls;
  readonly speaks: "http/1.1" | "h2" | "as-called";
}
