import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { hostMatches } from "#core/host/host.ts";
import { validateExportTo } from "#core/kinds/validate-export-to.ts";
import { listClaimMatches } from "#core/kinds/virtual-service/claim-matches.ts";
import { findUnreachableConnections } from "#core/kinds/virtual-service/find-unreachable-connections.ts";
import { findUnreachableRoutes } from "#core/kinds/virtual-service/find-unreachable-routes.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import type { RouteDestination, TcpRoute, TlsRoute } from "#core/kinds/virtual-service/tcp-route.ts";
import { validateHttpRoute } from "#core/kinds/virtual-service/validate-http-route.ts";
import { validateWeights } from "#core/kinds/virtual-service/validate-weights.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import type { Path } from "#core/schema/path.ts";

export function validateVirtualService(spec: VirtualServiceSpec, namespace: string): Diagnostic[] {
  const issues = [...validateHosts(spec), ...validateExportTo(spec.exportTo, namespace, false)];
  const http = spec.http ?? [];
  const { tls = [], tcp = [] } = spec;
  if (http.length + tls.length + tcp.length === 0)
    issues.push(errorAt(["spec"], "missing-field", "there is no route: http, tls or tcp must have at least one"));
  http.forEach((route, index) => {
    issues.push(...validateHttpRoute(route, ["spec", "http", index], (spec.hosts ?? []).length === 0));
  });
  issues.push(...findUnreachableRoutes(http), ...validateClaims(spec));
  tls.forEach((route, index) => {
    issues.push(...validateTlsRoute(route, spec.hosts ?? [], ["spec", "tls", index]));
  });
  tcp.forEach((route, index) => {
    issues.push(...validateDestinations(route, ["spec", "tcp", index]));
  });
  return [...issues, ...findUnreachableConnections(spec)];
}

/** As Istio asks it: by what is written, so that a short name of a host has no server names. */
function validateTlsRoute(route: TlsRoute, hosts: readonly string[], path: Path): Diagnostic[] {
  const names = route.match.flatMap(({ sniHosts }, index) =>
    sniHosts.map((name, place) => ({ name, at: [...path, "match", index, "sniHosts", place] })),
  );
  const issues = names.flatMap(({ name, at }): Diagnostic[] => {
    if (isIpAddress(name))
      return [warningAt(at, "matches-nothing", "an address is no server name: most clients ask for none then")];
    if (hosts.some((host) => hostMatches(host, name))) return [];
    return [
      errorAt(
        at,
        "bad-value",
        `${name} is none of the VirtualService's hosts, and below none of their wildcards`,
        "add it to spec.hosts",
      ),
    ];
  });
  return [...issues, ...validateDestinations(route, path)];
}

function validateHosts(spec: VirtualServiceSpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const hosts = spec.hosts ?? [];
  if (hosts.length === 0) return validateDelegate(spec);
  const isForMesh = spec.gateways === undefined || spec.gateways.length === 0 || spec.gateways.includes("mesh");
  hosts.forEach((host, index) => {
    const path = ["spec", "hosts", index];
    const other = hosts.slice(0, index).find((earlier) => overlaps(earlier, host));
    if (other !== undefined)
      issues.push(
        errorAt(
          path,
          "duplicate-value",
          other === host ? `${host} appears twice` : `${host} and ${other} cover the same names`,
          "write two resources where one is to be an exception of the other",
        ),
      );
    if (host === "*" && isForMesh)
      issues.push(
        errorAt(
          path,
          "bad-value",
          "* is every host, and inside the mesh a rule is for some",
          "name the hosts, or bind the rule to a gateway with `gateways`",
        ),
      );
    if (isIpAddress(host) && isForMesh)
      issues.push(warningAt(path, "no-effect", "an IP address as host matches only behind a gateway"));
  });
  return issues;
}

/** Without hosts it is a delegate: routes that another VirtualService refers to. */
function validateDelegate(spec: VirtualServiceSpec): Diagnostic[] {
  const given = (["gateways", "tls", "tcp"] as const).filter((name) => (spec[name]?.length ?? 0) > 0);
  const [first] = given;
  if (first !== undefined)
    return [
      errorAt(
        ["spec", first],
        "conflicting-fields",
        `a VirtualService without hosts is a delegate, and a delegate has no ${given.join(" and no ")}`,
        "name the hosts",
      ),
    ];
  return [];
}

/** Proxies of callers check no tokens. */
function validateClaims(spec: VirtualServiceSpec): Diagnostic[] {
  if ((spec.gateways ?? []).some((gateway) => gateway !== "mesh")) return [];
  return listClaimMatches(spec).map(({ key, path }) =>
    errorAt(
      path,
      "needs-field",
      `${key} is known at gateways alone, and this rule is for none`,
      "bind it to a gateway with `gateways`",
    ),
  );
}

function overlaps(a: string, b: string): boolean {
  return hostMatches(a, b) || hostMatches(b, a);
}

function validateDestinations(route: TcpRoute | TlsRoute, path: Path): Diagnostic[] {
  const destinations: readonly RouteDestination[] = route.route ?? [];
  return destinations.length === 0
    ? [errorAt(path, "missing-field", "route is missing")]
    : validateWeights(destinations, [...path, "route"]);
}
