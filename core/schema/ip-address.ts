import ipaddr from "ipaddr.js";

/** True for an IPv4 or IPv6 address in its usual text form. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** True for an address, or an address with a prefix length that fits it. */
export function isIpOrCidr(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return isIpAddress(text);
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return false;
  return (isIpv4(address) && Number(length) <= 32) || (isIpv6(address) && Number(length) <= 128);
}

// The library throws and catches where a text is none, and every host name of a mesh is asked about with each edit.
function isIpv4(text: string): boolean {
  return /^[0-9.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Without a zone, which means something on one host alone. */
function isIpv6(text: string): boolean {
  if (!text.includes(":") || !/^[0-9a-f:.]+$/i.test(text)) return false;
  const last = text.slice(text.lastIndexOf(":") + 1);
  return (!last.includes(".") || isIpv4(last)) && ipaddr.IPv6.isValid(text);
}

/** `unix:///run/app.sock`, an address on this host. */
export function isSocketPath(address: string): boolean {
  return address.startsWith("unix://");
}

/** What `sun_path` holds on Linux, without the zero byte at its end. */
const SOCKET_PATH_BYTES_MAX = 107;

/** Why a proxy cannot connect to `unix://…`; undefined when it can. Proxies refuse what they hold in common for one that is unfit. */
export function whyNoSocketPath(address: string): string | undefined {
  const path = address.slice("unix://".length);
  if (!/^unix:\/\/(?:\/|@).*[^/]$/s.test(address) || path === "@")
    return "is not unix:// and the absolute path of a socket";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\0-\x1f\x7f]/.test(path)) return "has a control character";
  const bytes = new TextEncoder().encode(path).length;
  return bytes > SOCKET_PATH_BYTES_MAX
    ? `names a socket by ${bytes} bytes, and a system takes ${SOCKET_PATH_BYTES_MAX} at most`
    : undefined;
}

/** True when connecting needs no name resolution, and can be done. */
export function isFixedAddress(address: string): boolean {
  return isSocketPath(address) ? whyNoSocketPath(address) === undefined : isIpAddress(address);
}
