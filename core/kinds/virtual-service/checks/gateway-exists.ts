import type { EachCheck } from "#core/check/rule.ts";
import type { TcpMatch } from "#core/kinds/virtual-service/connection-match.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A VirtualService bound to a gateway that does not exist applies nowhere. */
export const gatewayExists: EachCheck<"VirtualService"> = {
  code: "gateway-not-found",
  kiali: "KIA1102",
  summary: "A VirtualService is bound to a Gateway that does not exist.",
  each: (resource, { gateways: known }) => {
    const matches = (["http", "tls", "tcp"] as const).flatMap((kind) =>
      (resource.spec[kind] ?? []).flatMap(({ match = [] }, index) =>
        match.flatMap(({ gateways = [] }: Pick<TcpMatch, "gateways">, position) =>
          gateways.map((gateway, place) => ({
            gateway,
            path: ["spec", kind, index, "match", position, "gateways", place],
          })),
        ),
      ),
    );
    const named = (resource.spec.gateways ?? []).map((gateway, index) => ({
      gateway,
      path: ["spec", "gateways", index],
    }));
    return [...named, ...matches].flatMap(({ gateway, path }) => {
      const key = expandGateway(gateway, resource.metadata.namespace);
      if (gateway === "mesh" || known.has(key)) return [];
      const [namespace, name] = key.split("/");
      return [
        {
          severity: "error",
          resource: formatRef(refOf(resource)),
          path,
          message: `there is no Gateway ${name} in namespace ${namespace}: the rules apply to no gateway`,
          hint: "apply the Gateway, or write NAMESPACE/NAME",
        },
      ];
    });
  },
};
