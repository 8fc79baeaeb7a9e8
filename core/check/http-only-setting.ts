import type { CheckRule, Finding } from "#core/check/rule.ts";
import type { TrafficPolicy, TrafficSettings } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { Port } from "#core/model/port.ts";
import { isHttp, protocolOf } from "#core/model/protocol.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** What is asked of requests does nothing to connections, and the other way round. */
export const httpOnlySetting: CheckRule = {
  code: "http-only-setting",
  summary: "A rule sets HTTP options for a TCP port, or its routes are of another kind than the ports of its hosts.",
  check({ of, hosts }) {
    const portsOf = (host: string, namespace: string): readonly Port[] =>
      hosts.find(hosts.resolve(host, namespace), namespace)?.ports ?? [];
    const rules = of("DestinationRule").flatMap((rule) =>
      checkRule(rule, portsOf(rule.spec.host, rule.metadata.namespace)),
    );
    const services = of("VirtualService").flatMap((service) =>
      checkRoutes(
        service,
        (service.spec.hosts ?? []).flatMap((host) => portsOf(host, service.metadata.namespace)),
      ),
    );
    return [...rules, ...services];
  },
};

/** A port that says nothing of its protocol takes both. */
function carries(port: Port): "requests" | "connections" | "both" {
  const protocol = protocolOf(port);
  if (protocol === "auto") return "both";
  return isHttp(protocol) ? "requests" : "connections";
}

/** TLS has routes of its own kind. */
function isPortOf(kind: "tls" | "tcp", port: Port): boolean {
  return kind === "tls" ? protocolOf(port) === "tls" : carries(port) !== "requests" && protocolOf(port) !== "tls";
}

function checkRule(rule: Resource<"DestinationRule">, ports: readonly Port[]): Finding[] {
  const { trafficPolicy, subsets = [] } = rule.spec;
  const policies = [
    { policy: trafficPolicy, path: ["spec", "trafficPolicy"] },
    ...subsets.map((subset, index) => ({
      policy: subset.trafficPolicy,
      path: ["spec", "subsets", index, "trafficPolicy"],
    })),
  ];
  return policies
    .flatMap(({ policy, path }) => [...general(policy, path, ports), ...perPort(policy, path, ports)])
    .map((path) => ({
      severity: "warning",
      resource: formatRef(refOf(rule)),
      path,
      message: `this setting is for HTTP requests, and ${rule.spec.host} serves only TCP connections there: it has no effect`,
      hint: "remove it, or declare a port with an HTTP protocol: HTTP, HTTP2 or GRPC",
    }));
}

function general(policy: TrafficPolicy | undefined, path: Path, ports: readonly Port[]): Path[] {
  const own = ports.filter(
    ({ number }) => !(policy?.portLevelSettings ?? []).some(({ port }) => port?.number === number),
  );
  return own.length > 0 && own.every((port) => carries(port) === "connections") ? aboutRequests(policy, path) : [];
}

function perPort(policy: TrafficPolicy | undefined, path: Path, ports: readonly Port[]): Path[] {
  return (policy?.portLevelSettings ?? []).flatMap((settings, index) => {
    const port = ports.find(({ number }) => number === settings.port?.number);
    return port !== undefined && carries(port) === "connections"
      ? aboutRequests(settings, [...path, "portLevelSettings", index])
      : [];
  });
}

/** Paths of what only requests are asked. */
function aboutRequests(policy: TrafficSettings | undefined, path: Path): Path[] {
  const hash = policy?.loadBalancer?.consistentHash;
  const hashed = (["httpHeaderName", "httpCookie", "httpQueryParameterName"] as const).filter(
    (key) => hash?.[key] !== undefined,
  );
  // Connections that wait are counted as requests that do.
  const pool = Object.entries(policy?.connectionPool?.http ?? {}).flatMap(([key, value]) =>
    key === "http1MaxPendingRequests" || value === 0 ? [] : [key],
  );
  return [
    ...pool.map((key) => [...path, "connectionPool", "http", key]),
    ...hashed.map((key) => [...path, "loadBalancer", "consistentHash", key]),
  ];
}

function checkRoutes(service: Resource<"VirtualService">, ports: readonly Port[]): Finding[] {
  const { http = [], tls = [], tcp = [] } = service.spec;
  const resource = formatRef(refOf(service));
  const gateways = gatewaysOf(service);
  const isInMesh = gateways.includes("mesh");
  const isForMeshAlone = isInMesh && gateways.length === 1;
  const all = (kind: ReturnType<typeof carries>): boolean =>
    isInMesh && ports.length > 0 && ports.every((port) => carries(port) === kind);
  const found: Finding[] = [];
  if (http.length > 0 && all("connections"))
    found.push({
      severity: "warning",
      resource,
      path: ["spec", "http"],
      message: "no port of its hosts serves HTTP: these routes are never used",
      hint: "route connections with `tcp`, or declare a port with an HTTP protocol",
    });
  else if (isInMesh)
    for (const [index, { match = [] }] of http.entries())
      for (const [which, { port: number }] of match.entries()) {
        const port = ports.find((each) => each.number === number);
        if (port === undefined || carries(port) !== "connections") continue;
        found.push({
          severity: "warning",
          resource,
          path: ["spec", "http", index, "match", which, "port"],
          message: `port ${number} serves only TCP connections: this never matches`,
          hint: "name a port with an HTTP protocol: HTTP, HTTP2 or GRPC",
        });
      }
  if (tcp.length > 0 && all("requests"))
    found.push({
      severity: "warning",
      resource,
      path: ["spec", "tcp"],
      message: "every port of its hosts serves HTTP: these routes are never used",
      hint: "route requests with `http`",
    });
  else if (tcp.length > 0 && isForMeshAlone && ports.length > 0 && !ports.some((port) => isPortOf("tcp", port)))
    found.push({
      severity: "warning",
      resource,
      path: ["spec", "tcp"],
      message: "no port of its hosts takes `tcp` routes: with the protocol TLS or HTTPS, `tls` routes connections",
      hint: "route by server name with `tls`, or declare the port as TCP",
    });
  if (tls.length > 0 && isForMeshAlone && ports.length > 0 && !ports.some((port) => isPortOf("tls", port)))
    found.push({
      severity: "warning",
      resource,
      path: ["spec", "tls"],
      message: "no port of its hosts has the protocol TLS or HTTPS: these routes are never used",
      hint: "declare a port as TLS, or route with `http` or `tcp`",
    });
  return found;
}
