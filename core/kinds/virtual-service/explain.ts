import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import { findArrival } from "#core/resolve/find-arrival.ts";
import { hasRoutesForAll } from "#core/resolve/routes.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Service = Resource<"VirtualService">;

export function explainVirtualService(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const { reader, host } = question;
  const { domainSuffix } = reader.mesh;
  const own = resource.metadata.namespace;
  const named = (resource.spec.hosts ?? [])
    .map((name) => expandHost(name, own, domainSuffix))
    .find((pattern) => hostMatches(pattern, host));
  if ((resource.spec.hosts ?? []).length === 0) return delegatedRoute(resource, question);
  if (named === undefined) {
    const atGateway = gatewayRoute(resource, question);
    const isForMesh = gatewaysOf(resource).includes("mesh");
    return isForMesh && atGateway?.applies !== true ? routesHere(resource, question) : atGateway;
  }
  if (!gatewaysOf(resource).includes("mesh"))
    return (
      gatewayRoute(resource, question) ?? {
        // A host that no service has is there at gateways alone.
        applies: !question.isDeclared,
        reason: `names the host, but only for ${(resource.spec.gateways ?? []).join(", ")}`,
      }
    );
  const routing = reader.virtualServices(host, own, "mesh");
  const place = routing.findIndex((each) => formatRef(refOf(each)) === formatRef(refOf(resource)));
  if (place < 0)
    return {
      applies: false,
      reason:
        routing[0] === undefined
          ? "is exported to other namespaces than its own"
          : `${formatRef(refOf(routing[0]))} is more specific, and routes the same host`,
    };
  const deciding = routing.slice(0, place).find(hasRoutesForAll);
  if (deciding !== undefined)
    return {
      applies: false,
      reason: `${formatRef(refOf(deciding))} is for fewer namespaces, or older, and routes the same host`,
    };
  return {
    applies: true,
    reason: isWildcard(named)
      ? `its host ${named} covers this one`
      : `routes ${resource.spec.http === undefined ? "connections" : "requests"} for this host`,
    path:
      (["http", "tls", "tcp"] as const)
        .filter((each) => resource.spec[each] !== undefined)
        .map((each) => `spec.${each}`)[0] ?? "spec",
  };
}

/** One without hosts, whose routes stand in those of others, for this host or on the way to it. */
function delegatedRoute({ metadata }: Service, { reader, host }: ServiceQuestion): ExplainedResource | undefined {
  const delegated = ({ places = [] }: RoutingService): readonly number[] =>
    places.flatMap(({ delegate }, index) => {
      const own = delegate?.service.metadata;
      return own?.namespace === metadata.namespace && own.name === metadata.name ? [index] : [];
    });
  const deciding = reader.virtualServices(host, metadata.namespace, "mesh").find((root) => delegated(root).length > 0);
  if (deciding !== undefined)
    return {
      applies: true,
      reason: `${formatRef(refOf(deciding))} routes this host, and delegates to it`,
      path: "spec.http",
    };
  const before = reader
    .boundTo("mesh")
    .find((root) =>
      delegated(root).some((index) =>
        (root.spec.http?.[index]?.route ?? []).some(({ destination }) => destination.host === host),
      ),
    );
  if (before === undefined) return undefined;
  return {
    applies: true,
    reason: `sends requests here that ${formatRef(refOf(before))} delegates to it`,
    path: "spec.http",
  };
}

/** One for other hosts whose routes lead here. */
function routesHere({ spec, metadata }: Service, { reader, host }: ServiceQuestion): ExplainedResource | undefined {
  const leadsHere = ({ destination }: RouteDestination): boolean =>
    expandHost(destination.host, metadata.namespace, reader.mesh.domainSuffix) === host;
  const path = (["http", "tls", "tcp"] as const).flatMap((kind) => {
    const index = (spec[kind] ?? []).findIndex(({ route = [] }) => route.some(leadsHere));
    return index < 0 ? [] : [`spec.${kind}[${index}]`];
  })[0];
  if (path === undefined) return undefined;
  return {
    applies: true,
    reason: `sends requests for ${(spec.hosts ?? []).join(", ")} here`,
    path,
  };
}

function gatewayRoute(resource: Service, question: ServiceQuestion): ExplainedResource | undefined {
  const gateways = gatewaysOf(resource).filter((name) => name !== "mesh");
  const here = gateways.length === 0 ? undefined : routesHere(resource, question);
  if (here === undefined) return undefined;
  const through = gateways.filter((name) => findArrival(question.reader, name, resource, question.host));
  return through.length === 0
    ? { applies: false, reason: `sends requests here, but no server of ${gateways.join(", ")} lets them in` }
    : { ...here, reason: `brings requests from ${through.join(", ")} here` };
}
