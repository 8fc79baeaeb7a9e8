/** What Istio's cluster names say: `outbound|9080|v1|reviews.default.svc.cluster.local`. */
export interface ClusterName {
  readonly direction: "outbound" | "inbound";
  readonly port: number;
  readonly subset: string;
  /** Empty for inbound clusters that name no host. */
  readonly host: string;
}

/** Undefined for clusters that no service stands behind (passthrough, black hole). */
export function parseClusterName(name: string | null | undefined): ClusterName | undefined {
  if (name === null || name === undefined) return undefined;
  const parts = name.split("|");
  const [direction, port, subset, host] = parts;
  if (parts.length !== 4 || (direction !== "outbound" && direction !== "inbound")) return undefined;
  return { direction, port: Number(port) || 0, subset: subset ?? "", host: host ?? "" };
}
