import ipaddr from "ipaddr.js";

export interface KeyAddressRules {
  /** Only this machine reaches the control plane: whoever writes configuration is on it already. */
  readonly allowsLoopback: boolean;
}

/** Nobody's own, or whoever answers on this host's link. */
const NEVER: ReadonlySet<string> = new Set(["unspecified", "broadcast", "multicast", "linkLocal"]);
/** Where clouds give out credentials of the machine: AWS, Google and Scaleway over IPv6, Alibaba Cloud, Oracle Cloud, Azure. All others are link-local. */
const METADATA_SERVICES: ReadonlySet<string> = new Set([
  ...["fd00:ec2::254", "fd20:ce::254", "fd00:42::42"],
  ...["100.100.100.200", "192.0.0.192", "168.63.129.16"],
]);

/**
 * Why an address is not asked for keys; undefined where it is. Who may write a policy could else have the control plane ask what
 * only the control plane reaches (server-side request forgery).
 */
export function whyNotAsked(address: string, { allowsLoopback }: KeyAddressRules): string | undefined {
  if (!ipaddr.isValid(address)) return `${address} is no address`;
  const parsed = addressMeant(address);
  const text = parsed.toString();
  const range = parsed.range();
  if (METADATA_SERVICES.has(text)) return `${text} is the metadata service of a cloud`;
  if (NEVER.has(range))
    return `${text} is ${range === "linkLocal" ? "a link-local address" : `an address of nobody (${range})`}`;
  return range === "loopback" && !allowsLoopback ? `${text} is the control plane's own host` : undefined;
}

/** What is reached by an address of IPv6 that stands for one of IPv4: mapped, compatible, by NAT64 or by 6to4. */
function addressMeant(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed;
  const bytes = parsed.toByteArray();
  const range = parsed.range();
  if (range === "6to4") return new ipaddr.IPv4(bytes.slice(2, 6));
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0);
  return range === "rfc6052" || isCompatible ? new ipaddr.IPv4(bytes.slice(12)) : parsed;
}
