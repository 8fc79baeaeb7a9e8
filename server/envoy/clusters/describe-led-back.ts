import type { Diagnostic } from "#core/diagnostic.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import { formatRef } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { boundAddress } from "#server/envoy/clusters/application-address.ts";

/** What a Sidecar is told of a port that is closed because its application would be its own listener. */
export function describeLedBack(port: InboundPort, { namespace, name, address }: ProxyNode): Diagnostic[] {
  const [sidecar] = port.sources;
  if (port.ingress === undefined || sidecar === undefined) return [];
  return [
    {
      severity: "error",
      code: "bad-value",
      resource: formatRef(sidecar),
      path: ["spec", "ingress"],
      message: `port ${port.inboundPort} of ${namespace}/${name} takes no connection: the application would be the port's own listener at ${boundAddress(port, address)}`,
      hint: "name another port in defaultEndpoint, or another address in bind",
    },
  ];
}
