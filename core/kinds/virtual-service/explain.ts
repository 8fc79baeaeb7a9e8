import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { findArrival } from "#core/resolve/find-arrival.ts";
import { findMeshRouting } from "#core/resolve/mesh-routing.ts";
import { hasRoutesForAll } from "#core/resolve/routes.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Service = Resource<"VirtualService">;

const KINDS = ["http", "tls", "tcp"] as const;

export function explainVirtualService(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const { hosts = [] } = resource.spec;
  if (hosts.length === 0) return delegatedRoute(resource, question);
  const { reader, host, callers } = question;
  const own = resource.metadata.namespace;
  const named = hosts
    .map((name) => expandHost(name, own, reader.mesh.domainSuffix))
    .find((pattern) => hostMatches(pattern, host));
  const leading = leadingPath(resource, question);
  if (named === undefined && leading === undefined) return undefined;
  const isForMesh = gatewaysOf(resource).includes("mesh");
  const found = isForMesh ? findMeshRouting(reader, resource, host, callers) : undefined;
  if (found !== undefined)
    return found.asked === host && named !== undefined
      ? routesIt(resource, named)
      : { applies: true, reason: `sends requests for ${hosts.join(", ")} here`, path: found.path };
  const atGateway = gatewayRoute(resource, question);
  if (atGateway?.applies === true) return atGateway;
  if (isForMesh)
    return named === undefined
      ? { applies: false, reason: `names it as a destination, but no caller of ${hosts.join(", ")} goes by that route` }
      : { applies: false, reason: whyNotRouted(resource, question) };
  return (
    atGateway ?? {
      // A host that no service has is there at gateways alone.
      applies: !question.isDeclared,
      reason: `names the host, but only for ${(resource.spec.gateways ?? []).join(", ")}`,
    }
  );
}

function routesIt({ spec }: Service, named: string): ExplainedResource {
  return {
    applies: true,
    reason: isWildcard(named)
      ? `its host ${named} covers this one`
      : `routes ${spec.http === undefined ? "connections" : "requests"} for this host`,
    path: KINDS.filter((each) => spec[each] !== undefined).map((each) => `spec.${each}`)[0] ?? "spec",
  };
}

/** One that names the host, and by which nobody goes who asks for it. */
function whyNotRouted(resource: Service, { reader, host }: ServiceQuestion): string {
  const routing = reader.virtualServices(host, resource.metadata.namespace, "mesh");
  const ref = formatRef(refOf(resource));
  const place = routing.findIndex((each) => formatRef(refOf(each)) === ref);
  if (place < 0)
    return routing[0] === undefined
      ? "is exported to other namespaces than its own"
      : `${formatRef(refOf(routing[0]))} is more specific, and routes the same host`;
  const deciding = routing.slice(0, place).find(hasRoutesForAll);
  return deciding === undefined
    ? "has no route for callers and ports of this host"
    : `${formatRef(refOf(deciding))} is for fewer namespaces, or older, and routes the same host`;
}

/** One without hosts, whose routes stand in those of others, for this host or on the way to it. */
function delegatedRoute(resource: Service, { reader, host, callers }: ServiceQuestion): ExplainedResource | undefined {
  const found = findMeshRouting(reader, resource, host, callers);
  if (found === undefined) return undefined;
  const root = formatRef(refOf(found.root));
  return {
    applies: true,
    reason:
      found.asked === host
        ? `${root} routes this host, and delegates to it`
        : `sends requests here that ${root} delegates to it`,
    path: "spec.http",
  };
}

/** Of a route that names the host as a destination. */
function leadingPath({ spec, metadata }: Service, { reader, host }: ServiceQuestion): string | undefined {
  const leadsHere = ({ destination }: RouteDestination): boolean =>
    expandHost(destination.host, metadata.namespace, reader.mesh.domainSuffix) === host;
  return KINDS.flatMap((kind) => {
    const index = (spec[kind] ?? []).findIndex(({ route = [] }) => route.some(leadsHere));
    return index < 0 ? [] : [`spec.${kind}[${index}]`];
  })[0];
}

function gatewayRoute(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const gateways = gatewaysOf(resource).filter((name) => name !== "mesh");
  const path = gateways.length === 0 ? undefined : leadingPath(resource, question);
  if (path === undefined) return undefined;
  const through = gateways.filter((name) => findArrival(question.reader, name, resource, question.host));
  return through.length === 0
    ? { applies: false, reason: `sends requests here, but no server of ${gateways.join(", ")} lets them in` }
    : { applies: true, reason: `brings requests from ${through.join(", ")} here`, path };
}
