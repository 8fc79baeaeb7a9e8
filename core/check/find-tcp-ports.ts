import type { CheckContext } from "#core/check/context.ts";
import { carries } from "#core/check/http-only-setting.ts";
import type { Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { PlacedPort } from "#core/kinds/kind.ts";
import type { Workload } from "#core/model/workload.ts";
import { type PlacedServer, servesOf } from "#core/resolve/gateway-ports.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/**
 * Of the ports that a limit names, those that carry TCP; where it names none and there is nothing else at its workloads, that. Of
 * gateways, servers of connections are told also where others take requests: these are all that a limit counts there.
 */
export function findTcpPorts(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  named: readonly PlacedPort[],
  context: CheckContext,
): Finding[] {
  const workloads = selectedWorkloads(limit, context);
  if (named.length === 0)
    return [...findNoHttp(limit, workloads, context), ...findNoHttpServers(limit, workloads, context)];
  return named
    .filter(({ port }) => {
      const servers = serversOf(workloads, context).filter(({ server }) => server.port.number === port);
      return servers.length > 0 ? servers.every(isOfConnections) : carriesConnections(port, workloads, context);
    })
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
  const hasNoHttp = (workload: Workload): boolean => {
    const ports = Object.values(workload.ports);
    return ports.length > 0 && ports.every((port) => carriesConnections(port, [workload], context));
  };
  if (first === undefined || !workloads.every(hasNoHttp)) return [];
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

function findNoHttpServers(
  limit: Resource<"RateLimit"> | Resource<"Quota">,
  workloads: readonly Workload[],
  context: CheckContext,
): Finding[] {
  const servers = serversOf(workloads, context);
  const tcp = servers.filter(isOfConnections);
  if (tcp.length === 0) return [];
  const isGateway = ({ labels }: Workload): boolean =>
    servers.some(({ gateway }) => matchesLabels(labels, gatewaySelector(gateway)));
  const isAll = tcp.length === servers.length && workloads.every(isGateway);
  const names = tcp.map(({ gateway, server }) => `${server.port.number} of ${formatRef(refOf(gateway))}`).join(", ");
  return [
    {
      severity: isAll ? "warning" : "info",
      resource: formatRef(refOf(limit)),
      path: ["spec"],
      message: `connections are no requests, and none would be counted of what ${isAll ? "all servers take" : "these servers take"}: ${names}`,
      hint: "end TLS at the server and give it the protocol of what it carries, or limit the workloads behind it",
    },
  ];
}

/** Of the gateways among the workloads. */
const serversOf = (workloads: readonly Workload[], { of }: CheckContext): readonly PlacedServer[] =>
  of("Gateway")
    .filter((gateway) => {
      const selector = gatewaySelector(gateway);
      return Object.keys(selector).length > 0 && workloads.some(({ labels }) => matchesLabels(labels, selector));
    })
    .flatMap((gateway) => (gateway.spec.servers ?? []).map((server, index) => ({ gateway, index, server })));

const isOfConnections = ({ server }: PlacedServer): boolean => servesOf(server) !== "http";

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
