/** What callers of a namespace asked for and no service declares. */
export interface EgressSeen {
  readonly namespace: string;
  /** Workloads of it. */
  readonly callers: readonly string[];
  /** Empty: it is not known, as of connections that are not HTTP. */
  readonly host: string;
  /** 0: it was not said. */
  readonly port: number;
  readonly protocol: "http" | "grpc" | "tcp";
  readonly perSecond: number;
  /** Of these, what the callers' own proxies turn down already. */
  readonly blockedPerSecond: number;
}

export interface EgressView {
  /** Whether any traffic was measured. */
  readonly hasTraffic: boolean;
  /** The most of them first. */
  readonly seen: readonly EgressSeen[];
  readonly rootNamespace: string;
}
