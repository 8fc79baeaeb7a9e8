import ipaddr from "ipaddr.js";

export interface KeyAddressRules {
  /** Only this machine reaches the control plane: whoever writes configuration is on it already. */
  readonly allowsLoopback: boolean;
}

/** Nobody's own, or whoever answers on this host's link. */
const NEVER: ReadonlySet<string> = new Set(["unspecified", "broadcast", "multicast", "linkLocal"]);
/** Where clouds give out credentials of the machine: AWS over IPv6, Alibaba Cloud, Oracle Cloud. All others are link-local. */
const METADATA_SERVICES: ReadonlySet<string> = new Set(["fd00:ec2::254", "100.100.100.200", "192.0.0.192"]);

/**
 * Why an address is not asked for keys; undefined where it is. Who may write a policy could else have the control plane ask what
 * only the control plane reaches (server-side request forgery).
 */
export function whyNotAsked(address: string, { allowsLoopback }: KeyAddressRules): string | undefined {
  if (!ipaddr.isValid(address)) return `${address} is no address`;
  // ::ffff:127.0.0.1 is 127.0.0.1.
  const parsed = ipaddr.process(address);
  const text = parsed.toString();
  const range = parsed.range();
  if (METADATA_SERVICES.has(text)) return `${text} is the metadata service of a cloud`;
  if (NEVER.has(range))
    return `${text} is ${range === "linkLocal" ? "a link-local address" : `an address of nobody (${range})`}`;
  return range === "loopback" && !allowsLoopback ? `${text} is the control plane's own host` : undefined;
}
