import ipaddr from "ipaddr.js";
import { VIRTUAL_ADDRESSES } from "#core/schema/virtual-addresses.ts";

/** Addresses and ranges of IPv4 that are every host's own or the mesh's, and by which nobody can mean one service. */
const NOBODYS = [
  { range: "0.0.0.0/8", what: "stands for any address" },
  { range: "127.0.0.0/8", what: "is the caller's own host" },
  { range: VIRTUAL_ADDRESSES, what: "is of those that the mesh gives to services without addresses" },
];

/**
 * Why callers cannot mean a service by an address or a CIDR range, which is well-formed; undefined where they can, and for IPv6, which is not
 * captured. Istio takes 0.0.0.0 for no address as well.
 */
export function whyNoServiceAddress(text: string): string | undefined {
  if (text.includes(":")) return undefined;
  const [address = "", written] = text.split("/");
  const bits = written === undefined ? 32 : Number(written);
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  if (bits === 0) return "is every address";
  const parsed = ipaddr.IPv4.parse(address);
  return NOBODYS.find(({ range }) => {
    const [network, length] = ipaddr.IPv4.parseCIDR(range);
    return parsed.match(network, Math.min(bits, length));
  })?.what;
}
