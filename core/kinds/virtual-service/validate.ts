import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { hostMatches } from "#core/host/host.ts";
import { validateExportTo } from "#core/kinds/validate-export-to.ts";
import { listClaimMatches } from "#core/kinds/virtual-service/claim-matches.ts";
import { findUnreachableRoutes } from "#core/kinds/virtual-service/find-unreachable-routes.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import type { RouteDestination, TcpRoute } from "#core/kinds/virtual-service/tcp-route.ts";
import { validateHttpRoute } from "#core/kinds/virtual-service/validate-http-route.ts";
import { validateWeights } from "#core/kinds/virtual-service/validate-weights.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import type { Path } from "#core/schema/path.ts";

export function validateVirtualService(spec: VirtualServiceSpec, namespace: string): Diagnostic[] {
  const issues = [...validateHosts(spec), ...validateExportTo(spec.exportTo, namespace, false)];
  const http = spec.http ?? [];
  if (http.length + (spec.tcp?.length ?? 0) === 0)
    issues.push(errorAt(["spec"], "missing-field", "there is no route: http or tcp must have at least one"));
  http.forEach((route, index) => {
    issues.push(...validateHttpRoute(route, ["spec", "http", index], (spec.hosts ?? []).length === 0));
  });
  issues.push(...findUnreachableRoutes(http), ...validateClaims(spec));
  spec.tcp?.forEach((route, index) => {
    issues.push(...validateDestinations(route, ["spec", "tcp", index]));
    // Matches are not handled, so that the first takes every connection.
    if (index > 0)
      issues.push(
        warningAt(
          ["spec", "tcp", index],
          "unreachable-rule",
          "no connection reaches this rule: spec.tcp[0] takes them all",
          "remove it",
        ),
      );
  });
  return issues;
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
  const given = (["gateways", "tcp"] as const).filter((name) => (spec[name]?.length ?? 0) > 0);
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

function validateDestinations(route: TcpRoute, path: Path): Diagnostic[] {
  const destinations: readonly RouteDestination[] = route.route ?? [];
  return destinations.length === 0
    ? [errorAt(path, "missing-field", "route is missing")]
    : validateWeights(destinations, [...path, "route"]);
}
