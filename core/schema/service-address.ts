import ipaddr from "ipaddr.js";
import { VIRTUAL_ADDRESSES, VIRTUAL_ADDRESSES_IPV6 } from "#core/schema/virtual-addresses.ts";

const OF_THE_MESH = "is of those that the mesh gives to services without addresses";
/** Addresses and ranges that are every host's own or the mesh's, and by which nobody can mean one service. */
const NOBODYS = [
  { range: "0.0.0.0/8", what: "stands for any address" },
  { range: "::/128", what: "stands for any address" },
  { range: "127.0.0.0/8", what: "is the caller's own host" },
  { range: "::1/128", what: "is the caller's own host" },
  // Hosts connect to what stands behind, 127.0.0.1 too, by IPv4: nobody comes here.
  { range: "::ffff:0:0/96", what: "is an address of IPv4 as IPv6 writes it" },
  { range: VIRTUAL_ADDRESSES, what: OF_THE_MESH },
  { range: VIRTUAL_ADDRESSES_IPV6, what: OF_THE_MESH },
];

/**
 * Why callers cannot mean a service by an address or a CIDR range, which is well-formed; undefined where they can. Istio takes 0.0.0.0 for no
 * address as well.
 */
export function whyNoServiceAddress(text: string): string | undefined {
  const [address = "", written] = text.split("/");
  if (!ipaddr.IPv6.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const parsed = ipaddr.parse(address);
  const bits = written === undefined ? undefined : Number(written);
  if (bits === 0) return "is every address";
  return NOBODYS.find(({ range }) => {
    const [network, length] = ipaddr.parseCIDR(range);
    return network.kind() === parsed.kind() && parsed.match(network, Math.min(bits ?? length, length));
  })?.what;
}
