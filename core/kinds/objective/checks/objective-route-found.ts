import type { CheckContext } from "#core/check/context.ts";
import { carries, portsOf } from "#core/check/http-only-setting.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import { hostsOfRoute } from "#core/resolve/named-route.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Found = Pick<Finding, "path" | "message" | "hint">;

/** What no request of its target can be is counted of none. */
export const objectiveRouteFound: EachCheck<"Objective"> = {
  code: "objective-route-not-found",
  summary:
    "An Objective is about requests by a route that no VirtualService of its namespace has, or that leads to another service; or about requests of a service that has connections alone.",
  each: (objective, context) =>
    [...findRoute(objective, context), ...findConnections(objective, context)].map((found) => ({
      severity: "warning",
      resource: formatRef(refOf(objective)),
      ...found,
    })),
};

function findRoute({ metadata, spec }: Resource<"Objective">, context: CheckContext): Found[] {
  const { route } = spec.requests ?? {};
  if (route === undefined) return [];
  const path = ["spec", "requests", "route"];
  const { namespace } = metadata;
  const service = context
    .of("VirtualService")
    .find((each) => each.metadata.namespace === namespace && each.metadata.name === route.virtualService);
  if (service === undefined)
    return [
      {
        path: [...path, "virtualService"],
        message: `there is no VirtualService ${route.virtualService} in namespace ${namespace}: nothing is counted`,
        hint: "name one of this namespace",
      },
    ];
  const hosts = hostsOfRoute(service, route.name, context.mesh.domainSuffix);
  if (hosts === undefined)
    return [
      {
        path: [...path, "name"],
        message: `VirtualService ${route.virtualService} has no HTTP route ${route.name}: nothing is counted`,
        hint: "give the route that is meant this name, or write the name that it has",
      },
    ];
  const host = spec.service === undefined ? undefined : context.hosts.resolve(spec.service, namespace);
  // A redirect, an answer of its own or a delegate leads to nobody that could be told here.
  if (host === undefined || hosts.size === 0 || hosts.has(host)) return [];
  return [
    {
      path: [...path, "name"],
      message: `route ${route.name} of VirtualService ${route.virtualService} leads to ${[...hosts].join(", ")} and not to ${host}: nothing is counted`,
      hint: "name a route that leads to the service, or the service that it leads to",
    },
  ];
}

function findConnections({ metadata, spec }: Resource<"Objective">, context: CheckContext): Found[] {
  if (spec.requests === undefined || spec.service === undefined) return [];
  const ports = portsOf(context, spec.service, metadata.namespace);
  if (ports.length === 0 || ports.some((port) => carries(port) !== "connections")) return [];
  return [
    {
      path: ["spec", "requests"],
      message: `every port of ${spec.service} carries TCP: its connections have neither method, path nor route, and none is counted`,
      hint: "leave requests out, or give a port the protocol of what it carries",
    },
  ];
}
