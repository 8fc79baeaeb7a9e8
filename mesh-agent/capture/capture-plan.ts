import type { CaptureConfig } from "#mesh-agent/capture/capture-config.ts";

/** Envoy's listeners of captured connections; see server/envoy/listeners. */
export const OUTBOUND_PORT = 15_001;
export const INBOUND_PORT = 15_006;
/** Where the agent answers DNS. */
export const DNS_PORT = 15_053;

/** Whose connections are the proxy's own. */
export interface ProxyOwner {
  readonly kind: "uid" | "gid";
  readonly id: number;
}

/** What rules are written from, whatever they are written for. */
export interface CapturePlan
  extends Omit<CaptureConfig, "mode" | "proxyGid" | "whenDead" | "includeInboundPorts" | "dns"> {
  readonly owner: ProxyOwner;
  /** Captured where they come from outside: those of the application that Envoy answers for. */
  readonly inboundPorts: readonly number[];
  /** Those of the host's resolvers whose queries come to the agent. Empty: it answers no DNS. */
  readonly resolvers: readonly string[];
}

/** `ports`: what the agent answers; `resolvers`: whose queries it answers. What is not declared there is not touched: a host's own ssh goes on as it was. */
export function planCapture(
  config: CaptureConfig,
  ports: readonly { readonly appPort: number }[],
  owner: ProxyOwner,
  resolvers: readonly string[] = [],
): CapturePlan {
  const { mode: _mode, proxyGid: _gid, whenDead: _dead, includeInboundPorts: included, dns, ...rest } = config;
  const inboundPorts = [...new Set(ports.map(({ appPort }) => appPort))]
    .filter((port) => (included === undefined || included.includes(port)) && !config.excludeInboundPorts.includes(port))
    .sort((a, b) => a - b);
  return {
    ...rest,
    owner,
    inboundPorts,
    resolvers: dns ? resolvers.filter((each) => isCaptured(each, rest.ipv6)) : [],
  };
}

/** One with a zone is of one link, and no rule can name it. */
function isCaptured(resolver: string, takesIpv6: boolean): boolean {
  return !resolver.includes(":") || (takesIpv6 && !resolver.includes("%"));
}

export type Family = "ipv4" | "ipv6";

/** Of an address or a range. */
export function familyOf(address: string): Family {
  return address.includes(":") ? "ipv6" : "ipv4";
}
