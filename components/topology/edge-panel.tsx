"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, FlaskConical, GitCommitHorizontal, ListTree, ScrollText, ShieldCheck } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { beforeHref } from "#components/changes/before-href.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { requestsHref } from "#components/requests/request-view.ts";
import { policyHref } from "#components/security/policy-href.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { callerOf } from "#components/simulate/caller-of.ts";
import { simulateHref } from "#components/simulate/simulate-href.ts";
import { EdgeResponses } from "#components/topology/edge-responses.tsx";
import { type EdgeTraceQuery, EdgeTraces, NoTraces } from "#components/topology/edge-traces.tsx";
import { hostOfNode } from "#components/topology/host-of-node.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { TrafficSeries } from "#components/topology/traffic-series.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { MtlsLock } from "#components/ui/mtls-lock.tsx";
import { type DisplayEdge, type DisplayGraph, nodeTitle } from "#core/graph/display-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

export interface EdgePanelProps {
  readonly edge: DisplayEdge;
  readonly graph: DisplayGraph;
  readonly view: GraphView;
  readonly onSelect: (id: string) => void;
}

/** What an edge was at the time that it is drawn beside. */
function wordsBefore({ before }: NonNullable<DisplayEdge["compared"]>): string {
  if (before === null) return "not there";
  const { requestsPerSecond, errorPercent, p95Ms } = before;
  return `${formatRate(requestsPerSecond)}/s, ${formatPercent(errorPercent)} errors, p95 ${formatMillis(p95Ms)}`;
}

/** One pair of caller and callee: figures, answers, who refuses, traces. */
export function EdgePanel({ edge, graph, view, onSelect }: EdgePanelProps) {
  const range = useRange();
  const source = graph.nodes.find(({ id }) => id === edge.source);
  const target = graph.nodes.find(({ id }) => id === edge.target);
  const host = target === undefined ? null : hostOfNode(target, graph);
  const tracesOf = traceQuery(source, host);
  return (
    <>
      <header className="px-4 pt-4 pr-12 pb-3">
        <p className="text-subtle text-xs">
          {edge.protocol === null
            ? `${edge.count} edges, summed`
            : edge.protocol === "tcp"
              ? "TCP connections"
              : `${edge.protocol.toUpperCase()} requests`}
        </p>
        <h2 className="mt-0.5 flex flex-wrap items-center gap-1.5 font-semibold text-base text-ink">
          <Name node={source} id={edge.source} onSelect={onSelect} />
          <ArrowRight aria-label="calls" className="size-4 text-subtle" />
          <Name node={target} id={edge.target} onSelect={onSelect} />
        </h2>
        <HealthMark health={edge.health} withWord className="mt-1.5" />
        <p className="mt-0.5 text-muted text-xs">{edge.health.reason}</p>
        {edge.deniedBy.length === 0 ? null : (
          <div className="mt-2 flex flex-wrap gap-1.5">
            <DeniedBy refs={edge.deniedBy} />
          </div>
        )}
      </header>
      <PanelSection>
        <DefinitionList
          items={[
            {
              term: edge.protocol === "tcp" ? "Connections" : "Requests",
              value: `${formatRate(edge.requestsPerSecond)}/s`,
            },
            ...(edge.mirroredPerSecond === 0
              ? []
              : [{ term: "Copies", value: `${formatRate(edge.mirroredPerSecond)}/s by mirror, not counted above` }]),
            ...(edge.unseenPerSecond === 0
              ? []
              : [
                  {
                    term: "Never arrived",
                    value: `${formatRate(edge.unseenPerSecond)}/s of these: ${edge.unseenReasons.join("; ")}`,
                  },
                ]),
            { term: "Errors", value: formatPercent(edge.errorPercent) },
            {
              term: "Latency",
              value:
                edge.count > 1
                  ? `p95 up to ${formatMillis(edge.p95Ms)}`
                  : `p50 ${formatMillis(edge.p50Ms)}, p95 ${formatMillis(edge.p95Ms)}, p99 ${formatMillis(edge.p99Ms)}`,
            },
            { term: "mTLS", value: <MtlsLock percent={edge.mtlsPercent} /> },
            ...(edge.compared === undefined ? [] : [{ term: "Before", value: wordsBefore(edge.compared) }]),
            ...(edge.sourceAddresses.length === 0
              ? []
              : [{ term: "Sent from", value: edge.sourceAddresses.join(", ") }]),
            ...(edge.destinationServices.length === 0
              ? []
              : [{ term: "Asked for", value: edge.destinationServices.join(", ") }]),
          ]}
        />
        {host === null ? null : (
          <div className="mt-3 flex flex-wrap gap-1.5">
            <ButtonLink size="sm" href={policyHref({ host, principals: edge.sourcePrincipals })}>
              <ShieldCheck aria-hidden /> Allow or deny
            </ButtonLink>
            {edge.protocol === "tcp" || tracesOf === null ? null : (
              <ButtonLink size="sm" href={withRange(tracesHref(tracesOf), range)}>
                <ListTree aria-hidden /> Traces
              </ButtonLink>
            )}
            <ButtonLink size="sm" href={beforeHref({ host })}>
              <GitCommitHorizontal aria-hidden /> What changed
            </ButtonLink>
            {edge.protocol === "tcp" ? null : (
              <ButtonLink size="sm" href={withRange(requestsHref(requestsOf(edge, host)), range)}>
                <ScrollText aria-hidden /> {edge.errorPercent > 0 ? "Failed requests" : "Requests"}
              </ButtonLink>
            )}
            <SimulateLink edge={edge} source={source} host={host} />
          </div>
        )}
      </PanelSection>
      <EdgeResponses edge={edge} host={host} />
      <TrafficSeries
        ends={{ view, from: edge.source, to: edge.target }}
        unit={edge.protocol === "tcp" ? "Connections" : "Requests"}
        what={`from ${nameOf(source, edge.source)} to ${nameOf(target, edge.target)}`}
      />
      {edge.protocol === "tcp" ? <NoTraces /> : tracesOf === null ? null : <EdgeTraces query={tracesOf} />}
    </>
  );
}

/** By the caller's own spans; of a caller without a proxy by those of whom it called. */
function traceQuery(source: DisplayGraph["nodes"][number] | undefined, host: string | null): EdgeTraceQuery | null {
  if (host === null) return null;
  const [member] = source?.members ?? [];
  if (source === undefined || member === undefined || source.kind === "namespace" || source.kind === "unknown")
    return { service: host.split(".").slice(0, 2).join(".") };
  return { service: `${member.app ?? member.name}.${source.namespace}`, callee: host };
}

/** What of the edge's requests is worth reading: those that failed, where some did. */
function requestsOf({ sourcePrincipals, errorPercent }: DisplayEdge, host: string): string {
  const known = sourcePrincipals.filter((principal) => principal !== "unknown");
  const by = known.length === 0 ? "" : ` principal:${known.join(",")}`;
  return `service:${host}${by}${errorPercent > 0 ? " class:error,client-error,denied,limited" : ""}`;
}

/** The same on the page of traces. */
function tracesHref({ service, callee }: EdgeTraceQuery): string {
  const asked = callee === undefined ? "" : `&callee=${encodeURIComponent(callee)}`;
  return `/traces?service=${encodeURIComponent(service)}${asked}`;
}

/** The request of an edge, where its caller is a workload with a proxy. */
function SimulateLink({
  edge,
  source,
  host,
}: {
  readonly edge: DisplayEdge;
  readonly source: DisplayGraph["nodes"][number] | undefined;
  readonly host: string;
}) {
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions(undefined, { staleTime: 30_000 }));
  const port = catalog.data?.services.find((service) => service.host === host)?.ports[0]?.number;
  const proxies = useQuery(trpc.proxies.list.queryOptions(undefined, { staleTime: 30_000 }));
  const [member] = source?.members ?? [];
  if (source === undefined || source.kind === "namespace" || member === undefined || port === undefined) return null;
  const name = member.workload ?? member.name;
  const from = callerOf(proxies.data ?? [], { name, namespace: source.namespace });
  if (from === "") return null;
  return (
    <ButtonLink size="sm" href={simulateHref({ from, host, port, isTcp: edge.protocol === "tcp" })}>
      <FlaskConical aria-hidden /> Simulate
    </ButtonLink>
  );
}

function Name({
  node,
  id,
  onSelect,
}: {
  readonly node: DisplayGraph["nodes"][number] | undefined;
  readonly id: string;
  readonly onSelect: (id: string) => void;
}) {
  return (
    <button type="button" onClick={() => onSelect(id)} className="rounded-sm hover:underline">
      {nameOf(node, id)}
    </button>
  );
}

function nameOf(node: DisplayGraph["nodes"][number] | undefined, id: string): string {
  return node === undefined ? id : nodeTitle(node);
}
