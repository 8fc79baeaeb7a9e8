import ipaddr from "ipaddr.js";

/** An IP address as bytes: 4 or 16 of them. */
export interface Address {
  readonly text: string;
  readonly bytes: readonly number[];
}

/** A range of addresses: those whose first `bits` are its own. */
export interface Cidr {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** Undefined for what is not an IP address. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  // The library throws and catches where a text is none: names are asked about with every request.
  if (!/^(?:[0-9.]+|.*:.*)$/.test(bare)) return undefined;
  if (!(bare.includes(":") ? ipaddr.IPv6.isValid(bare) : ipaddr.IPv4.isValidFourPartDecimal(bare))) return undefined;
  return { text: bare, bytes: ipaddr.parse(bare).toByteArray() };
}

/** Undefined for what Envoy would refuse. */
export function parseCidr(prefix: string, bits: number): Cidr | undefined {
  const address = parseAddress(prefix);
  return address === undefined || bits > address.bytes.length * 8 ? undefined : { bytes: address.bytes, bits };
}

export function isWithin({ bytes, bits }: Cidr, address: Address | undefined): boolean {
  if (address === undefined || address.bytes.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (bytes[at] !== address.bytes[at]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = 0xff00 >> rest;
  return ((bytes[whole] ?? 0) & mask) === ((address.bytes[whole] ?? 0) & mask);
}

export function isLoopback({ bytes }: Address): boolean {
  return bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
}

export function isSame(a: Address, b: Address): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at]);
}
