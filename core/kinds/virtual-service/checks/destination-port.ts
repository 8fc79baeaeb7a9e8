import type { CheckContext } from "#core/check/context.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** A destination without port means the port of the request; a service with several that lacks it answers 503. */
export const destinationPort: EachCheck<"VirtualService"> = {
  code: "destination-port-ambiguous",
  summary: "A destination with several ports names none of them, and requests arrive on a port that it does not have.",
  each: (service, context) => {
    const usual = requestPorts(context, service);
    const hasOwnHost = namesNoService(context, service);
    return listDestinations(service.spec).flatMap(({ destination, path }): Finding[] => {
      if (destination.port !== undefined) return [];
      const asked = hasOwnHost && path[1] === "http" ? [...usual, ...ownPorts(service, Number(path[2]))] : usual;
      const { namespace } = service.metadata;
      const known = context.hosts.find(context.hosts.resolve(destination.host, namespace), namespace);
      const ports = (known?.ports ?? []).map(({ number }) => number);
      const missing = asked.filter((port) => !ports.includes(port));
      if (ports.length < 2 || missing.length === 0) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(service)),
          path,
          message: `requests arrive on port ${missing.join(", ")}, which ${destination.host} does not have: without \`port\` they fail with 503`,
          hint: `set port.number to one of ${ports.join(", ")}`,
        },
      ];
    });
  },
};

/** Ports on which requests for a rule arrive: those of its gateways' servers, and of the services it is for. */
function requestPorts(
  { gateways: known, hosts }: Pick<CheckContext, "gateways" | "hosts">,
  resource: Resource<"VirtualService">,
): readonly number[] {
  const { spec, metadata } = resource;
  const gateways = gatewaysOf(resource);
  const servers = gateways.flatMap((name) => known.get(name)?.spec.servers.map(({ port }) => port.number) ?? []);
  const services = gateways.includes("mesh")
    ? (spec.hosts ?? []).flatMap((host) =>
        (hosts.find(hosts.resolve(host, metadata.namespace), metadata.namespace)?.ports ?? []).map(
          ({ number }) => number,
        ),
      )
    : [];
  return [...new Set([...servers, ...services])].sort((a, b) => a - b);
}

/** Whether one of its hosts for the mesh is nobody's but its own. */
function namesNoService({ hosts }: Pick<CheckContext, "hosts">, resource: Resource<"VirtualService">): boolean {
  const { spec, metadata } = resource;
  const isOwn = (host: string): boolean =>
    !host.startsWith("*") && hosts.find(hosts.resolve(host, metadata.namespace), metadata.namespace) === undefined;
  return gatewaysOf(resource).includes("mesh") && (spec.hosts ?? []).some(isOwn);
}

/** Where a host that only the VirtualService names is served: on the ports that the rule's matches name, else on 80. */
function ownPorts({ spec }: Resource<"VirtualService">, rule: number): readonly number[] {
  const named = (spec.http?.[rule]?.match ?? []).flatMap(({ port }) => port ?? []);
  return named.length > 0 ? named : [80];
}
