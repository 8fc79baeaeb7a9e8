import type { CheckContext } from "#core/check/context.ts";
import { carries } from "#core/check/http-only-setting.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";
import type { Workload } from "#core/model/workload.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Of the ports that a limit names, those that carry TCP. */
export function findTcpPorts(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  named: readonly PlacedPort[],
  context: CheckContext,
): Finding[] {
  if (named.length === 0) return [];
  const workloads = selectedWorkloads(limit, context);
  return named
    .filter(({ port }) => carriesConnections(port, workloads, context))
    .map(({ port, path }) => ({
      severity: "warning",
      resource: formatRef(refOf(limit)),
      path,
      message: `port ${port} carries TCP: its connections are no requests, and none would be counted`,
      hint: "name a port of HTTP, or give this one the protocol of what it carries",
    }));
}

/** Whether services say of the port on which applications listen that it is of connections, and none says anything else. */
function carriesConnections(port: number, workloads: readonly Workload[], { hosts }: CheckContext): boolean {
  const served = workloads.flatMap(({ namespace, labels, ports }) => {
    const names = Object.keys(ports).filter((name) => ports[name] === port);
    return names.length === 0
      ? []
      : hosts
          .selecting(namespace, labels)
          .flatMap((service) => service.ports.filter(({ name }) => names.includes(name)));
  });
  return served.length > 0 && served.every((each) => carries(each) === "connections");
}
