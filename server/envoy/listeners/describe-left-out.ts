import type { Diagnostic } from "#core/diagnostic.ts";
import type { LeftOut } from "#core/resolve/gateway-ports.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Why a server of a Gateway, or a host of it, is not served, on the Gateway. */
export function describeLeftOut(left: LeftOut): Diagnostic {
  const { gateway, index, server } = left;
  const resource = formatRef(refOf(gateway));
  const { number, protocol } = server.port;
  if (left.reason === "host-is-taken")
    return {
      severity: "warning",
      code: "gateway-host-conflict",
      resource,
      path: ["spec", "servers", index, "hosts"],
      message: `${left.host} on port ${number} is left out: ${formatRef(refOf(left.by.gateway))} serves it there already`,
      hint: "name a host in one server of a port only",
    };
  const why = {
    "port-has-other-protocol": "another server of this gateway uses the port with another protocol",
    "port-is-taken": "an older server takes every connection of the port",
  }[left.reason];
  return {
    severity: "warning",
    code: "gateway-port-conflict",
    resource,
    path: ["spec", "servers", index, "port"],
    message: `port ${number} with protocol ${protocol} is left out: ${why}`,
    hint: "give it a port of its own",
  };
}
