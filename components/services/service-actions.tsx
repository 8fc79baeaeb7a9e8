"use client";
import { useQuery } from "@tanstack/react-query";
import {
  ChevronDown,
  FlaskConical,
  GitCommitHorizontal,
  ListTree,
  Network,
  ScrollText,
  ShieldCheck,
  Split,
} from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { beforeHref } from "#components/changes/before-href.ts";
import { taskEntries } from "#components/format/task-links.ts";
import { requestsHref } from "#components/requests/request-view.ts";
import { policyHref } from "#components/security/policy-href.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { callerOf } from "#components/simulate/caller-of.ts";
import { simulateHref } from "#components/simulate/simulate-href.ts";
import { tracesOfService } from "#components/traces/traces-of-service.ts";
import { routesRequests } from "#components/traffic/routes-requests.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { ServiceDetail } from "#core/view/service.ts";

/** What one comes to a service for: its place in the mesh, its traces, what becomes of a request, its routing, who may call it. */
export function ServiceActions({ service }: { readonly service: ServiceDetail }) {
  const { host, namedBy } = service;
  const range = useRange();
  const proxies = useQuery(useTRPC().proxies.list.queryOptions(undefined, { staleTime: 30_000 }));
  const [name = host] = host.split(".");
  const isServed = namedBy.length === 0;
  return (
    <>
      <ButtonLink variant="ghost" href={withRange(`/topology?find=${encodeURIComponent(name)}`, range)}>
        <Network aria-hidden /> Topology
      </ButtonLink>
      <ButtonLink variant="ghost" href={withRange(tracesOfService(service), range)}>
        <ListTree aria-hidden /> Traces
      </ButtonLink>
      <ButtonLink variant="ghost" href={withRange(requestsHref(`service:${host}`), range)}>
        <ScrollText aria-hidden /> Requests
      </ButtonLink>
      <ButtonLink variant="ghost" href={beforeHref({ host })}>
        <GitCommitHorizontal aria-hidden /> What changed
      </ButtonLink>
      <ButtonLink variant="ghost" href={simulateService(service, proxies.data ?? [])}>
        <FlaskConical aria-hidden /> Simulate
      </ButtonLink>
      {isServed ? (
        <Menu
          trigger={
            <Button variant="ghost">
              Tasks <ChevronDown aria-hidden />
            </Button>
          }
          entries={taskEntries(host)}
        />
      ) : null}
      {isServed ? (
        <ButtonLink href={policyHref({ host })}>
          <ShieldCheck aria-hidden /> Allow or deny callers
        </ButtonLink>
      ) : null}
      {isServed && routesRequests(service.ports) ? (
        <ButtonLink variant="primary" href={`/traffic/new?host=${encodeURIComponent(host)}`}>
          <Split aria-hidden /> Shift traffic
        </ButtonLink>
      ) : null}
    </>
  );
}

/** By whoever calls it most; where nobody does the caller is to be chosen. */
function simulateService({ host, ports, callers }: ServiceDetail, proxies: readonly ProxyStatus[]): string {
  const [busiest] = callers
    .filter(({ name }) => name !== UNKNOWN)
    .toSorted((one, other) => other.edge.requestsPerSecond - one.edge.requestsPerSecond);
  const [port] = ports;
  return simulateHref({
    from: busiest === undefined ? "" : callerOf(proxies, busiest),
    host,
    port: port?.number ?? 80,
    isTcp: port?.protocol.toUpperCase() === "TCP",
  });
}
