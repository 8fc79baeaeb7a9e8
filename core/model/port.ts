/** One port of a service. */
export interface Port {
  readonly number: number;
  /** Instances say by it which of their ports answers: "http". */
  readonly name: string;
  /** As declared, in any case: "HTTP", "gRPC"; absent or empty where each connection says by its first bytes what it is. */
  readonly protocol?: string;
  /** Where the application listens, unless a workload says otherwise; absent: at `number`. */
  readonly targetPort?: number;
}

/** UDP is not proxied: for proxies such ports are as if not there. */
export function isProxied({ protocol }: Port): boolean {
  return protocol?.toUpperCase() !== "UDP";
}
