"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { secondsSince } from "#components/traces/seconds-since.ts";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { DenialText } from "#components/ui/denial-text.tsx";
import { parseClusterName } from "#core/telemetry/cluster-name.ts";
import { recordOfSpan } from "#core/telemetry/record-of-span.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

const RECORDS_MAX = 1000;
const DAY_MS = 24 * 3600_000;

/** By what configuration a proxy handled the request of a span: route, subset, policy and revision, as far as its log told them. */
export function SpanConfig({ trace, span }: { readonly trace: Trace; readonly span: TraceSpan }) {
  const trpc = useTRPC();
  const [seconds] = useState(() => secondsSince(trace.startMs, Date.now()));
  const isProxys = span.resource["istio.canonical_service"] !== undefined;
  const kept = useQuery(
    trpc.requests.list.queryOptions(
      { traceId: trace.traceId, seconds, limit: RECORDS_MAX },
      { enabled: isProxys, staleTime: 30_000 },
    ),
  );
  const marks = useQuery(
    trpc.effects.marks.queryOptions(
      { fromMs: Math.max(0, Math.floor(span.startMs - DAY_MS)), toMs: Math.ceil(span.startMs), limit: 1 },
      { enabled: isProxys, staleTime: 30_000 },
    ),
  );
  if (!isProxys) return null;
  const record = recordOfSpan(span, kept.data ?? []);
  const cluster = parseClusterName(String(span.attributes.upstream_cluster ?? ""));
  const revision = record?.revision ?? marks.data?.[0]?.revision;
  const subset = record?.subset ?? cluster?.subset;
  const items = [
    {
      term: "Route",
      value:
        record?.routeResource == null ? (
          (record?.routeName ?? "")
        ) : (
          <>
            <ObjectLink name={record.routeResource} />
            {record.routePath === null ? "" : `, ${record.routePath}`}
          </>
        ),
    },
    { term: "Sent to", value: cluster === undefined || cluster.host === "" ? "" : `${cluster.host}:${cluster.port}` },
    { term: "Subset", value: subset ?? "" },
    { term: "Denied by", value: record?.deniedBy == null ? "" : <DenialText denial={record.deniedBy} /> },
    {
      term: "Revision",
      value:
        revision === undefined ? (
          ""
        ) : (
          <>
            <Link href={`/changes/${revision}`} className="rounded-sm text-accent-text underline">
              {revision}
            </Link>
            , the newest as it began
          </>
        ),
    },
  ].filter(({ value }) => value !== "");
  return (
    <section aria-label="Configuration" data-testid="span-config">
      <h3 className="mb-1.5 font-medium text-subtle text-xs">Configuration</h3>
      <DefinitionList items={items} />
      {record === undefined ? (
        kept.isPending ? null : (
          <p className="mt-1.5 text-subtle text-xs">
            {kept.isError
              ? "The request's record could not be read."
              : "The request's record is not among those that were kept: its route is not known."}
          </p>
        )
      ) : (
        <Link
          href={`/requests?id=${encodeURIComponent(record.id)}`}
          className="mt-1.5 inline-block rounded-sm text-accent-text text-xs underline"
        >
          The request
        </Link>
      )}
    </section>
  );
}

function ObjectLink({ name }: { readonly name: string }) {
  return (
    <Link href={resourceHref(name)} className="rounded-sm text-accent-text underline [overflow-wrap:anywhere]">
      {name}
    </Link>
  );
}
