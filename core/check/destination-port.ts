import type { CheckContext } from "#core/check/context.ts";
import { listDestinations } from "#core/check/destinations.ts";
import type { CheckRule, Finding } from "#core/check/rule.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** A destination without port means the port of the request; a service with several that lacks it answers 503. */
export const destinationPort: CheckRule = {
  code: "destination-port-ambiguous",
  summary: "A destination with several ports names none, and the port that requests come on is none of them.",
  check: (context) =>
    context.of("VirtualService").flatMap((service) => {
      const asked = requestPorts(context, service);
      return listDestinations(service.spec).flatMap(({ destination, path }): Finding[] => {
        if (destination.port !== undefined) return [];
        const entry = context.hosts.find(context.hosts.resolve(destination.host, service.metadata.namespace));
        const ports = (entry?.spec.ports ?? []).map(({ number }) => number);
        const missing = asked.filter((port) => !ports.includes(port));
        if (ports.length < 2 || missing.length === 0) return [];
        return [
          {
            severity: "warning",
            resource: formatRef(refOf(service)),
            path,
            message: `requests come on port ${missing.join(", ")}, which ${destination.host} does not have: without \`port\` they fail with 503`,
            hint: `set port.number to one of ${ports.join(", ")}`,
          },
        ];
      });
    }),
};

/** Ports on which requests for a rule arrive: those of its gateways' servers, and of the services it is for. */
function requestPorts({ of, hosts }: CheckContext, { spec, metadata }: Resource<"VirtualService">): readonly number[] {
  const gateways = spec.gateways ?? ["mesh"];
  const bound = new Set(gateways.map((name) => expandGateway(name, metadata.namespace)));
  const servers = of("Gateway")
    .filter((gateway) => bound.has(`${gateway.metadata.namespace}/${gateway.metadata.name}`))
    .flatMap((gateway) => (gateway.spec.servers ?? []).map(({ port }) => port.number));
  const services = gateways.includes("mesh")
    ? (spec.hosts ?? []).flatMap((host) =>
        (hosts.find(hosts.resolve(host, metadata.namespace))?.spec.ports ?? []).map(({ number }) => number),
      )
    : [];
  return [...new Set([...servers, ...services])].sort((a, b) => a - b);
}
