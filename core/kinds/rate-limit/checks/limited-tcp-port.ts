import type { CheckContext } from "#core/check/context.ts";
import { carries, HTTP_ONLY } from "#core/check/http-only-setting.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import { listLimitedPorts } from "#core/kinds/rate-limit/list-ports.ts";
import type { Workload } from "#core/model/workload.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** On a port that carries TCP nobody sees requests: a limit of them counts nothing. */
export const limitedTcpPort: EachCheck<"RateLimit"> = {
  ...HTTP_ONLY,
  each: (limit, context) => {
    const named = listLimitedPorts(limit.spec);
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
  },
};

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
