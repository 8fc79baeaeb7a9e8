import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { hasDelegates } from "#core/resolve/delegates.ts";
import { findArrival } from "#core/resolve/find-arrival.ts";
import { hostsLedTo } from "#core/resolve/hosts-led-to.ts";
import { findMeshRouting } from "#core/resolve/mesh-routing.ts";
import { hasRoutesForAll } from "#core/resolve/routes.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Service = Resource<"VirtualService">;

const KINDS = ["http", "tls", "tcp"] as const;

export function explainVirtualService(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const { hosts = [] } = resource.spec;
  if (hosts.length === 0) return delegatedRoute(resource, question);
  const { reader, host, callersAt } = question;
  const own = resource.metadata.namespace;
  const named = hosts
    .map((name) => expandHost(name, own, reader.mesh.domainSuffix))
    .find((pattern) => hostMatches(pattern, host));
  const leading = leadingPath(resource, question);
  if (named === undefined && leading === undefined && !hasDelegates(resource)) return idlePath(resource, question);
  const isForMesh = gatewaysOf(resource).includes("mesh");
  const found = isForMesh ? findMeshRouting(reader, resource, host, callersAt) : undefined;
  if (found !== undefined)
    return found.asked === host && named !== undefined
      ? routesIt(found.path, named)
      : { applies: true, reason: `sends requests for ${hosts.join(", ")} here`, path: found.path };
  const atGateway = gatewayRoute(resource, question, leading !== undefined);
  if (atGateway?.applies === true) return atGateway;
  if (named === undefined && leading === undefined) return idlePath(resource, question);
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

function routesIt(path: string, named: string): ExplainedResource {
  const [kind = path] = path.split("[");
  return {
    applies: true,
    reason: isWildcard(named)
      ? `its host ${named} covers this one`
      : `routes ${kind === "spec.http" ? "requests" : "connections"} for this host`,
    path: kind,
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
function delegatedRoute(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const { reader, host, callersAt } = question;
  const found = findMeshRouting(reader, resource, host, callersAt);
  if (found === undefined) return delegatedAtGateway(resource, question);
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

function delegatedAtGateway(resource: Service, question: ServiceQuestion) {
  // Routes that it is delegated lead where they say here, whoever delegates.
  if (leadingPath(resource, question) === undefined) return undefined;
  const { reader, host, callers, delegatingTo } = question;
  const ref = refOf(resource);
  for (const root of delegatingTo(ref))
    for (const gateway of gatewaysOf(root)) {
      const place = findArrival(reader, gateway, root, host, callers, formatRef(ref));
      if (place !== undefined)
        return {
          applies: true,
          reason: `brings requests from ${gateway} here that ${formatRef(refOf(root))} delegates to it`,
          path: place.path,
        };
    }
  return undefined;
}

/** Of a route that sends anything to the host. */
function leadingPath(resource: Service, { reader, host }: ServiceQuestion): string | undefined {
  const { namespace } = resource.metadata;
  return findRoute(resource, (route) => hostsLedTo(route, namespace, reader.mesh.domainSuffix).has(host));
}

/** One that names the host as a destination of its routes, and sends nothing there. */
function idlePath(resource: Service, { reader, host }: ServiceQuestion): ExplainedResource | undefined {
  const { namespace } = resource.metadata;
  const path = findRoute(resource, (route) =>
    route.some(({ destination }) => expandHost(destination.host, namespace, reader.mesh.domainSuffix) === host),
  );
  return path === undefined
    ? undefined
    : { applies: false, reason: "names it as a destination with weight 0: nothing is sent there", path };
}

function findRoute({ spec }: Service, isAsked: (route: readonly RouteDestination[]) => boolean): string | undefined {
  return KINDS.flatMap((kind) => {
    const index = (spec[kind] ?? []).findIndex(({ route = [] }) => isAsked(route));
    return index < 0 ? [] : [`spec.${kind}[${index}]`];
  })[0];
}

function gatewayRoute(resource: Service, question: ServiceQuestion, isLeading: boolean): ExplainedResource | undefined {
  const { reader, host, callers } = question;
  const gateways = gatewaysOf(resource).filter((name) => name !== "mesh");
  const [anyOne] = gateways;
  if (anyOne === undefined || !(isLeading || delegatesLeadHere(resource, question, anyOne))) return undefined;
  const through = gateways.flatMap((name) => {
    const place = findArrival(reader, name, resource, host, callers);
    return place === undefined ? [] : [{ name, path: place.path }];
  });
  const [first] = through;
  if (first !== undefined)
    return {
      applies: true,
      reason: `brings requests from ${through.map(({ name }) => name).join(", ")} here`,
      path: first.path,
    };
  return isLeading
    ? { applies: false, reason: `sends requests here, but no server of ${gateways.join(", ")} lets them in` }
    : undefined;
}

/** Whether a route that stands in those of a VirtualService bound to a gateway sends anything to the host. */
function delegatesLeadHere(resource: Service, question: ServiceQuestion, gateway: string): boolean {
  if (!hasDelegates(resource)) return false;
  const ref = formatRef(refOf(resource));
  const routing = question.reader.boundTo(gateway).find((each) => formatRef(refOf(each)) === ref);
  return routing !== undefined && leadingPath(routing, question) !== undefined;
}
