import type { EachCheck } from "#core/check/rule.ts";
import { commonHosts } from "#core/resolve/gateway-hosts.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A gateway whose servers are for other hosts lets none of the rules in. */
export const gatewayHost: EachCheck<"VirtualService"> = {
  code: "gateway-host-not-found",
  summary: "A VirtualService is bound to a Gateway whose servers have none of its hosts (Istio's IST0132).",
  each(resource, { gateways, mesh }) {
    if ((resource.spec.hosts ?? []).length === 0) return [];
    return gatewaysOf(resource).flatMap((key, index) => {
      const gateway = gateways.get(key);
      if (gateway === undefined) return [];
      const { servers } = gateway.spec;
      const isServed = servers.some(
        (server) => commonHosts(server, gateway.metadata.namespace, resource, mesh.domainSuffix).size > 0,
      );
      if (isServed) return [];
      const served = [...new Set(servers.flatMap(({ hosts }) => hosts))].sort();
      return [
        {
          severity: "warning" as const,
          resource: formatRef(refOf(resource)),
          path: ["spec", "gateways", index],
          message: `no server of the Gateway ${key} has a host of these: the rules do not apply there`,
          hint: `its servers have ${served.join(", ")}`,
        },
      ];
    });
  },
};
