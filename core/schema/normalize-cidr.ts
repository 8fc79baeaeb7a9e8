import ipaddr from "ipaddr.js";

/** `10.1.2.3/8` → `10.0.0.0/8`, `10.1.2.3` → `10.1.2.3/32`: two that mean the same addresses are the same text. */
export function normalizeCidr(text: string): string {
  const { IPv4, IPv6 } = ipaddr;
  const [address = "", written] = text.split("/");
  const [family, most] = IPv4.isValid(address) ? [IPv4, 32] : [IPv6, 128];
  const bits = written === undefined ? most : Number(written);
  return `${family.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
}
