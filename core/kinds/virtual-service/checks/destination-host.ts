import type { EachCheck } from "#core/check/rule.ts";
import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";

/** A route to a host that no ServiceEntry describes answers 503. */
export const destinationHost: EachCheck<"VirtualService"> = {
  code: "destination-host-not-found",
  kiali: "KIA1101",
  summary: "A VirtualService sends requests to a host that no ServiceEntry describes, or none that its namespace sees.",
  each: (resource, { hosts }) =>
    listDestinations(resource.spec).flatMap(({ destination, path }) => {
      const { namespace } = resource.metadata;
      const name = hosts.resolve(destination.host, namespace);
      if (isIpAddress(name)) return [];
      const service = hosts.find(name, namespace);
      if (service === undefined && hosts.has(name))
        return [
          {
            severity: "warning",
            resource: formatRef(refOf(resource)),
            path: [...path, "host"],
            message: `namespace ${namespace} does not see the service ${name}: requests sent to it from there fail with 503`,
            hint: `add ${namespace} to exportTo of its ServiceEntry`,
          },
        ];
      if (service === undefined) {
        const meant = hosts.suggest(name);
        const hint = meant === undefined ? "describe the service with a ServiceEntry" : `did you mean ${meant}?`;
        return [
          {
            severity: "warning",
            resource: formatRef(refOf(resource)),
            path: [...path, "host"],
            message: `there is no service ${name}: requests sent to it fail with 503`,
            hint,
          },
        ];
      }
      const port = destination.port?.number;
      const ports = service.ports.map((each) => each.number);
      if (port === undefined || ports.includes(port)) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(resource)),
          path: [...path, "port", "number"],
          message: `the service ${name} has no port ${port}`,
          hint: `its ports are ${ports.join(", ") || "none"}`,
        },
      ];
    }),
};
