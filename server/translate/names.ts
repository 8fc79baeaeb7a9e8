/** Istio's names for what xDS carries. */
export function outboundCluster(host: string, port: number, subset: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

export function inboundCluster(port: number): string {
  return `inbound|${port}||`;
}

export function spiffeUri(trustDomain: string, namespace: string, account: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${account}`;
}

/** Route configuration of the forward proxy. */
export const HTTP_PROXY = "http_proxy";
export const BLACK_HOLE = "BlackHoleCluster";
export const PASSTHROUGH = "PassthroughCluster";

/**
 * Host headers that mean a service's port to a caller in `fromNamespace`: the whole name and its short forms, with the
 * port, and without it where the port is implied.
 */
export function domainsOf(
  host: string,
  port: number,
  fromNamespace: string,
  domainSuffix: string,
  impliedPort: boolean,
): string[] {
  const names = [host];
  const suffix = `.svc.${domainSuffix}`;
  if (host.endsWith(suffix) && !host.startsWith("*")) {
    const [name = "", namespace = ""] = host.slice(0, -suffix.length).split(".");
    if (`${name}.${namespace}${suffix}` === host) {
      if (namespace === fromNamespace) names.push(name);
      names.push(`${name}.${namespace}`, `${name}.${namespace}.svc`);
    }
  }
  if (host === "*") return ["*"];
  return names.flatMap((name) => (impliedPort ? [name, `${name}:${port}`] : [`${name}:${port}`]));
}
