import { virtualIpv6 } from "#core/schema/virtual-addresses.ts";
import type { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { CallTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import type { Init } from "#server/envoy/pack.ts";

/** Where a listener of captured connections is found by IPv6 besides: at any address, or at the one beside an address of the mesh's own. */
export function besideIpv6(
  address: string,
  port: number,
  { takesIpv6 }: Pick<CallTelemetry, "takesIpv6">,
): Pick<Init<typeof ListenerSchema>, "additionalAddresses"> {
  const other = address === "0.0.0.0" ? "::" : virtualIpv6(address);
  if (takesIpv6 === undefined || other === undefined) return {};
  return {
    additionalAddresses: [
      {
        address: {
          address: {
            case: "socketAddress",
            value: { address: other, portSpecifier: { case: "portValue", value: port } },
          },
        },
      },
    ],
  };
}
