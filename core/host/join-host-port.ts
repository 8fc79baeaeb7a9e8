/** `host:port`, as it stands in URLs and names of peers: an address of IPv6 in brackets. */
export function joinHostPort(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
