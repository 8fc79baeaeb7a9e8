import { isIpAddress } from "#core/resource/ip-address.ts";
import type { RouteDestination, TcpRoute } from "#core/resource/spec/tcp-route.ts";
import type { VirtualServiceSpec } from "#core/resource/spec/virtual-service.ts";
import { validateExportTo } from "#core/resource/validate/export-to.ts";
import { validateHttpRoute } from "#core/resource/validate/http-route.ts";
import { errorAt, type Issue, warningAt } from "#core/resource/validate/issue.ts";
import { findUnreachableRoutes } from "#core/resource/validate/unreachable-routes.ts";
import { validateWeights } from "#core/resource/validate/weights.ts";

export function validateVirtualService(spec: VirtualServiceSpec): Issue[] {
  const issues = [...validateHosts(spec), ...validateExportTo(spec.exportTo, false)];
  const http = spec.http ?? [];
  if (http.length + (spec.tcp?.length ?? 0) === 0)
    issues.push(errorAt("spec", "missing-field", "there is no route: http or tcp must hold one"));
  http.forEach((route, index) => {
    issues.push(...validateHttpRoute(route, `spec.http[${index}]`));
  });
  issues.push(...findUnreachableRoutes(http));
  spec.tcp?.forEach((route, index) => {
    issues.push(...validateDestinations(route, `spec.tcp[${index}]`));
  });
  return issues;
}

function validateHosts(spec: VirtualServiceSpec): Issue[] {
  const issues: Issue[] = [];
  const hosts = spec.hosts ?? [];
  const isForMesh = spec.gateways === undefined || spec.gateways.length === 0 || spec.gateways.includes("mesh");
  if (hosts.length === 0) issues.push(errorAt("spec", "missing-field", "hosts is missing"));
  hosts.forEach((host, index) => {
    const path = `spec.hosts[${index}]`;
    if (hosts.indexOf(host) < index) issues.push(errorAt(path, "duplicate-value", `${host} stands twice`));
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

function validateDestinations(route: TcpRoute, path: string): Issue[] {
  const destinations: readonly RouteDestination[] = route.route ?? [];
  return destinations.length === 0
    ? [errorAt(path, "missing-field", "route is missing")]
    : validateWeights(destinations, `${path}.route`);
}
