import type { CheckContext } from "#core/check/context.ts";
import { carries } from "#core/check/http-only-setting.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";
import type { Workload } from "#core/model/workload.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Of the ports that a limit names, those that carry TCP; where it names none and there is nothing else at its workloads, that. */
export function findTcpPorts(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  named: readonly PlacedPort[],
  context: CheckContext,
): Finding[] {
  const workloads = selectedWorkloads(limit, context);
  if (named.length === 0) return findNoHttp(limit, workloads, context);
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

function findNoHttp(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  workloads: readonly Workload[],
  context: CheckContext,
): Finding[] {
  const [first] = workloads;
  const isOfConnections = (workload: Workload): boolean => {
    const ports = Object.values(workload.ports);
    return ports.length > 0 && ports.every((port) => carriesConnections(port, [workload], context));
  };
  if (first === undefined || !workloads.every(isOfConnections)) return [];
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(limit)),
      path: ["spec"],
      message: `all ports of ${first.namespace}/${first.name} carry TCP${workloads.length > 1 ? ", and so do those of all others that it is for" : ""}: connections are no requests, and none would be counted`,
      hint: "give a port the protocol of what it carries, or choose workloads that serve HTTP",
    },
  ];
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
