import { NAMESPACES } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { OracleProxy } from "#testing/oracle/istio.ts";

/** A sidecar in each namespace. */
export const SIDECARS: readonly OracleProxy[] = NAMESPACES.map((namespace) => ({
  key: `sidecar-${namespace}`,
  type: "sidecar",
  namespace,
  address: "1.1.1.1",
  labels: { app: "x" },
}));

/** A gateway in each namespace. */
export const GATEWAYS: readonly OracleProxy[] = NAMESPACES.map((namespace) => ({
  key: `gateway-${namespace}`,
  type: "router",
  namespace,
  address: "1.1.1.2",
  labels: { istio: "gw" },
}));
