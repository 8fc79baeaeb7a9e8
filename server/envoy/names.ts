import type { AskedService } from "#core/resolve/asked-service.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import { meshServerName } from "#core/resolve/mesh-passage.ts";

/** Istio's names for what xDS carries. */
export function outboundCluster(host: string, port: number, subset: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** Of connections whose mTLS a gateway passes on. */
export function passageCluster(host: string, port: number, subset: string): string {
  return meshServerName(host, port, subset);
}

export function inboundCluster(port: number): string {
  return `inbound|${port}||`;
}

/**
 * Of whoever is asked about requests: each proxy that asks has its own, whatever its Sidecar leaves it to call. Namespaces may have a
 * service of one host each.
 */
export function authorizerCluster({
  service,
  port,
  protocol,
}: Pick<Authorizer, "service" | "port" | "protocol">): string {
  return `authorizer|${port.number}|${protocol}|${service.namespace}/${service.host}`;
}

/** The same of whoever is told about requests. */
export function logCluster({ service, port }: AskedService): string {
  return `access-log|${port.number}||${service.namespace}/${service.host}`;
}

/** The same of whoever gets spans. */
export function spanCluster({ service, port, protocol }: Pick<Authorizer, "service" | "port" | "protocol">): string {
  return `spans|${port.number}|${protocol}|${service.namespace}/${service.host}`;
}

/** Route configuration of the forward proxy. */
export const HTTP_PROXY = "http_proxy";
export const BLACK_HOLE = "BlackHoleCluster";
export const PASSTHROUGH = "PassthroughCluster";
/** Of requests to hosts that nobody knows, which are looked up; and the route configuration of those to ports that nobody knows. */
export const LOOKED_UP = "AllowAnyDynamicDNSCluster";
export const LOOKED_UP_ROUTES = "allow_any_dynamic_dns";

/** How a route configuration looks at the port of a Host header: it may be left out, it has to be there, or whatever is there is not looked at. */
export type PortInHost = "optional" | "required" | "ignored";

/** Host headers that mean a service's port to a caller in `fromNamespace`: the whole name and its short forms. */
export function domainsOf(
  host: string,
  port: number,
  fromNamespace: string,
  domainSuffix: string,
  portInHost: PortInHost,
  isTaken: (shortForm: string) => boolean = () => false,
): string[] {
  const names = [host];
  const suffix = `.svc.${domainSuffix}`;
  if (host.endsWith(suffix) && !host.startsWith("*")) {
    const [name = "", namespace = ""] = host.slice(0, -suffix.length).split(".");
    if (`${name}.${namespace}${suffix}` === host) {
      const short = [`${name}.${namespace}`, `${name}.${namespace}.svc`];
      if (namespace === fromNamespace) short.unshift(name);
      names.push(...short.filter((each) => !isTaken(each)));
    }
  }
  if (host === "*") return ["*"];
  return names.flatMap((name) => [
    ...(portInHost === "required" ? [] : [name]),
    ...(portInHost === "ignored" ? [] : [`${name}:${port}`]),
  ]);
}
