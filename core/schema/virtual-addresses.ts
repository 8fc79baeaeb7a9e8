/** Addresses that services get which have none, as in Istio: nobody else's, for they are routed nowhere. */
export const VIRTUAL_ADDRESSES = "240.240.0.0/16";
/** Beside each of them stands one of IPv6, as in Istio. */
export const VIRTUAL_ADDRESSES_IPV6 = "2001:2::/48";

/** The address of IPv6 beside one of 240.240.0.0/16; undefined of any other. */
export function virtualIpv6(address: string): string | undefined {
  const [, net, place] = /^240\.240\.(\d{1,3})\.(\d{1,3})$/.exec(address) ?? [];
  if (net === undefined || place === undefined) return undefined;
  return `2001:2::${(Number(net) * 256 + Number(place)).toString(16)}`;
}
