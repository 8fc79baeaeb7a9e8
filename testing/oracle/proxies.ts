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

/** The same of hosts with IPv6 too. */
export const DUAL_SIDECARS: readonly OracleProxy[] = SIDECARS.map((each) => ({ ...each, ipv6: "2001:db8::9" }));

/** A gateway in each namespace. */
export const GATEWAYS: readonly OracleProxy[] = NAMESPACES.map((namespace) => ({
  key: `gateway-${namespace}`,
  type: "router",
  namespace,
  address: "1.1.1.2",
  labels: { istio: "gw" },
}));
