/** Names under which an agent serves secrets to its Envoy; Istio's, so that configuration reads the same. */
export const SECRET_NAMES = {
  /** The workload's certificate and key. */
  certificate: "default",
  /** Authorities of the mesh. */
  roots: "ROOTCA",
  /** Authorities that the host trusts, for servers outside the mesh. */
  systemRoots: "file-root:system",
} as const;
