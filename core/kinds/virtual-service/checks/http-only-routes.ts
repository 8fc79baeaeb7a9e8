import { carries, HTTP_ONLY, portsOf } from "#core/check/http-only-setting.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import type { Port } from "#core/model/port.ts";
import { protocolOf } from "#core/model/protocol.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Routes of another kind than what the ports of their hosts carry. */
export const httpOnlyRoutes: EachCheck<"VirtualService"> = {
  ...HTTP_ONLY,
  each: (service, context) =>
    checkRoutes(
      service,
      (service.spec.hosts ?? []).flatMap((host) => portsOf(context, host, service.metadata.namespace)),
    ),
};

/** TLS has routes of its own kind. */
function isPortOf(kind: "tls" | "tcp", port: Port): boolean {
  return kind === "tls" ? protocolOf(port) === "tls" : carries(port) !== "requests" && protocolOf(port) !== "tls";
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
